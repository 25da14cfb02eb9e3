import { type Result, wasLeftOut } from '../../result/index.ts';
import { costSentences } from './answer-cost.ts';
import { crossoverSentences } from './answer-crossover.ts';
import { faultSentences } from './answer-faults.ts';
import { ladderSentences } from './answer-ladder.ts';
import { lagSentences } from './answer-lag.ts';
import { latencySentences } from './answer-latency.ts';
import { safetySentences } from './answer-safety.ts';
import { floodSentences, recoverySentences } from './answer-sessions.ts';
import { count } from './numbers.ts';
import { figure, type Sentence, say } from './sentence.ts';
import { neutralise, plural } from './text.ts';

/**
 * The answer in words: whether the wrong clients were let in or the right ones turned away, how long it took, what it cost the broker;
 * each with its interval, or with what is missing for one. Most important first.
 */
export function answer(result: Result): Sentence[] {
  const attempts = result.variants.reduce((sum, variant) => sum + variant.accounting.finished, 0);
  return [
    ...standing(result),
    ...(attempts === 0
      ? [say('warning')`No attempt came to an end, so this result says nothing about the target.`]
      : [
          ...safetySentences(result),
          ...lagSentences(result),
          ...faultSentences(result),
          ...floodSentences(result),
          ...recoverySentences(result),
          ...crossoverSentences(result),
          ...ladderSentences(result),
          ...costSentences(result),
          ...latencySentences(result),
          ...missingIntervals(result),
        ]),
    ...thresholdSentences(result),
  ];
}

/** What must be known before any figure is read. */
function standing(result: Result): Sentence[] {
  const sentences: Sentence[] = [];
  if (!result.valid)
    sentences.push(
      say('warning')`Don't judge the target by the figures below: the measurement is not valid. ${
        result.invalidReasons.length === 1 ? 'The reason stands' : 'The reasons stand'
      } under “Can I trust this?”.`,
    );
  if (result.interrupted)
    sentences.push(
      say('warning')`The run was stopped before its end; what had been measured until then is here.`,
    );
  for (const { name, failure } of result.variants.filter(wasLeftOut).slice(0, 10))
    sentences.push(say('plain')`Variant ${{ name }} was left out: ${neutralise(failure ?? '', 300)}`);
  const failed = result.variants.filter((variant) => variant.failure !== undefined && !wasLeftOut(variant));
  for (const variant of failed.slice(0, 3))
    sentences.push(
      say('bad')`Variant ${{ name: variant.name }} could not be measured: ${{ name: variant.failure ?? '' }}`,
    );
  return sentences;
}

function missingIntervals({ variants }: Result): Sentence[] {
  if (!variants.some(({ rounds }) => rounds.length === 1)) return [];
  return [
    say(
      'plain',
    )`There was one round, so times and costs have no interval: three rounds would give a first one, ten a narrow one (${figure('--rounds 3')}).`,
  ];
}

function thresholdSentences({ thresholds }: Result): Sentence[] {
  const failed = thresholds.filter(({ passed }) => !passed);
  if (thresholds.length === 0) return [];
  if (failed.length === 0)
    return [
      say('good')`${thresholds.length === 1 ? 'The threshold was' : 'All'} ${
        thresholds.length === 1 ? '' : figure(count(thresholds.length))
      } ${thresholds.length === 1 ? 'kept' : 'thresholds were kept'}.`,
    ];
  const [first] = failed;
  return [
    say(
      'bad',
    )`${figure(count(failed.length))} of ${count(thresholds.length)} ${plural(thresholds.length, 'threshold')} failed${
      first === undefined ? '' : failed.length === 1 ? ': ' : ', the first is '
    }${{ name: first?.expression ?? '' }}.`,
  ];
}
