import type { Grants } from '../connect-auth/auth.ts';
import { covers, isTopicFilter, isTopicName, withoutShare } from './topic-filter.ts';

/** Whether a session may publish to a topic: one of its filters matches it. */
export function mayPublish({ publish }: Grants, topic: string): boolean {
  return isTopicName(topic) && publish.some((filter) => covers(filter, topic));
}

/** Whether a session may subscribe: all that the filter matches is within one of its own. */
export function maySubscribe({ subscribe }: Grants, asked: string): boolean {
  const filter = withoutShare(asked);
  return filter !== null && isTopicFilter(filter) && subscribe.some((granted) => covers(granted, filter));
}
