import { openMetricsContentType, renderLiveMetrics } from '../../report/live/live-openmetrics.ts';
import { liveTitle, renderLivePage, renderLiveParts } from '../../report/live/live-page.ts';
import type { LiveRun } from '../../report/live/live-run.ts';
import { Listeners, serveLoopback } from '../loopback-server.ts';
import { UsageError } from '../usage-error.ts';
import type { Outlet } from './outlet.ts';

/** News for open pages at most so often. */
const pageMs = 500;

/** The page of the run on a loopback port. */
export async function serveLivePage(read: () => LiveRun, port: number): Promise<Outlet> {
  const listeners = new Listeners();
  const { origin, close } = await portOr('--live-port', port, {
    '/': (response) => {
      response
        .writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
        .end(renderLivePage(read()).source);
    },
    '/changes': (response) => {
      listeners.add(response);
      tell();
    },
  });
  let toldAt = Number.NEGATIVE_INFINITY;
  const tell = () => {
    if (listeners.count === 0) return;
    toldAt = performance.now();
    const run = read();
    const state = { title: liveTitle(run), markup: renderLiveParts(run).source, ended: run.ended !== null };
    listeners.tell('state', JSON.stringify(state));
  };
  return {
    where: `${origin}/`,
    changed: () => {
      if (performance.now() - toldAt >= pageMs) tell();
    },
    end: async () => {
      tell();
      await listeners.end();
      await close();
    },
  };
}

/** The run's figures for Prometheus on a loopback port, path `/metrics`. */
export async function serveLiveMetrics(read: () => LiveRun, port: number): Promise<Outlet> {
  const { origin, close } = await portOr('--metrics-port', port, {
    '/metrics': (response) => {
      response
        .writeHead(200, { 'content-type': openMetricsContentType, 'cache-control': 'no-store' })
        .end(renderLiveMetrics(read()));
    },
  });
  return { where: `${origin}/metrics`, changed: () => undefined, end: close };
}

async function portOr(
  flag: string,
  port: number,
  routes: Parameters<typeof serveLoopback>[1],
): ReturnType<typeof serveLoopback> {
  try {
    return await serveLoopback(port, routes);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${flag} ${port} can't be had (${reason}): name another, or 0 for any that is free`);
  }
}
