import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportToOtlp } from '../../src/cli/live/otlp.ts';
import { progressOn } from '../../src/cli/progress.ts';
import { liveRun } from '../fixtures/live-run.ts';
import { attacks, unseen } from '../report/hostile-text.ts';
import { axeFindings, chromiumPath, launchChromium } from '../report/open-report.ts';
import { readOpenMetrics } from '../report/openmetrics-reader.ts';
import { certstorm, type Finished, resultIn, start, temporaryFolder, writeScenario } from './certstorm.ts';

const folder = temporaryFolder();
const cache = join(folder.path, 'cache');
afterAll(folder.remove);

type Attribute = { key: string; value: { stringValue?: string; doubleValue?: number; intValue?: number } };
type Point = { asInt?: number; asDouble?: number; attributes: Attribute[] };
type Metric = { name: string; unit: string; sum?: { dataPoints: Point[] }; gauge?: { dataPoints: Point[] } };
type Batch = {
  resourceMetrics: { resource: { attributes: Attribute[] }; scopeMetrics: { metrics: Metric[] }[] }[];
};

/** What a collector is to its clients: takes metrics on /v1/metrics, and says so. */
async function collector(): Promise<{ url: string; batches: Batch[]; close: () => Promise<void> }> {
  const batches: Batch[] = [];
  const server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const isMetrics = request.method === 'POST' && request.url === '/v1/metrics';
      if (isMetrics && request.headers['content-type'] === 'application/json') batches.push(JSON.parse(body));
      response.writeHead(isMetrics ? 200 : 404, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', () => done()));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    batches,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

function metricsOf({ resourceMetrics }: Batch): Metric[] {
  return resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics));
}

function pointsOf(batch: Batch, name: string): Point[] {
  const metric = metricsOf(batch).find((one) => one.name === name);
  return metric?.sum?.dataPoints ?? metric?.gauge?.dataPoints ?? [];
}

function attribute({ attributes }: Pick<Point, 'attributes'>, key: string): string | undefined {
  return attributes.find((one) => one.key === key)?.value.stringValue;
}

describe('a run that is looked at while it goes on', () => {
  let run: Finished;
  let otlp: Awaited<ReturnType<typeof collector>>;
  let live = '';
  let metrics = '';
  let noScript = '';
  let scraped = { type: '', text: '' };
  const seen = { title: '', table: '', axe: [] as string[], noise: [] as string[], after: '' };
  const out = join(folder.path, 'out');

  beforeAll(async () => {
    otlp = await collector();
    // Long enough for a browser that has only just begun to see it go on.
    const scenario = writeScenario(folder.path, (text) =>
      text.replace('rate: 100', 'rate: 50').replace(/duration: \w+/, 'duration: 15s'),
    );
    const flags = ['--live', '--metrics-port', '0', '--otlp', otlp.url];
    const browser = chromiumPath === undefined ? undefined : await launchChromium();
    const page = await browser?.newPage({ viewport: { width: 360, height: 740 } });
    page?.on('console', (message) => seen.noise.push(message.text()));
    page?.on('pageerror', (error) => seen.noise.push(error.message));
    // The first page that a browser draws takes it seconds: that is no part of the run.
    await page?.setContent('<p>nothing yet</p>');
    const started = start(['run', scenario, '--out', out, ...flags], { cache });
    let told = '';
    started.child.stderr?.on('data', (chunk) => {
      told += chunk;
    });
    try {
      await started.told('target ');
      [live = '', metrics = ''] = [...told.matchAll(/^(?:live|metrics) +(\S+)$/gm)].map(
        ([, address]) => address ?? '',
      );
      await page?.goto(live);
      await page?.locator('#live table').waitFor();
      seen.title = (await page?.title()) ?? '';
      // Started is not finished: latencies are there with the first decision.
      while (!/certstorm_service_time_seconds_count\{[^}]*cohort="revoked"[^}]*\} [1-9]/.test(scraped.text)) {
        const response = await fetch(metrics);
        scraped = { type: response.headers.get('content-type') ?? '', text: await response.text() };
        await delay(50);
      }
      noScript = await (await fetch(live)).text();
      seen.table = (await page?.locator('#live table').textContent()) ?? '';
      if (page !== undefined) seen.axe = await axeFindings(page);
      run = await started.finished;
      await page?.locator('header').getByText('The run has ended').waitFor();
      seen.after = (await page?.locator('header').textContent()) ?? '';
    } finally {
      await browser?.close();
    }
  }, 60_000);
  afterAll(() => otlp.close());

  it('ends as any other, says where it can be looked at, and writes whole lines where there is no terminal', () => {
    // Beside a browser it may be found not valid, but it is measured and told.
    expect([0, 92], run.stderr).toContain(run.code);
    expect(run.stderr).toMatch(/^live {10}http:\/\/127\.0\.0\.1:\d+\/$/m);
    expect(run.stderr).toMatch(/^metrics {7}http:\/\/127\.0\.0\.1:\d+\/metrics$/m);
    expect(run.stderr).not.toContain('\u001b');
  });

  it('is a page of its figures, also without JavaScript', () => {
    expect(noScript).toMatch(/<dt>Rate asked<\/dt><dd>[\d.]+\u202f\/s<\/dd>/);
    expect(noScript).toMatch(/<dt>Broker CPU<\/dt>/);
    expect(noScript).toMatch(/<th scope="row">revoked<\/th><td>reject-at-tls<\/td>/);
    expect(noScript).toContain('<noscript><meta http-equiv="refresh" content="2"></noscript>');
  });

  it.skipIf(chromiumPath === undefined)(
    'that changes by itself, is clean for axe on a phone, and says how the run ended (skipped where there is no Chromium)',
    () => {
      expect(seen.title).toMatch(/^\d+\u202f%: small · certstorm$/);
      expect(seen.table).toMatch(/revoked/);
      expect(seen.axe).toEqual([]);
      expect(seen.noise).toEqual([]);
      const { word, exitCode } = resultIn(out).verdict;
      expect(seen.after).toContain(word);
      expect(seen.after).toContain(
        `The run has ended with exit code ${exitCode}, and so has this page. The report is in `,
      );
    },
  );

  it('tells Prometheus in OpenMetrics 1.0 what the terminal tells', () => {
    expect(scraped.type).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
    const families = readOpenMetrics(scraped.text);
    const rate = families.get('certstorm_rate_asked')?.samples[0];
    expect(rate?.labels).toEqual({ scenario: 'small', variant: 'default' });
    expect(Math.abs((rate?.value ?? 0) - 50)).toBeLessThan(5);
    expect(families.get('certstorm_service_time_seconds')?.samples.length).toBeGreaterThan(3);
  });

  it('sends its figures to the collector, the last ones those of the result', () => {
    const last = otlp.batches.at(-1);
    if (last === undefined) throw new Error('no batch arrived');
    const [{ resource }] = last.resourceMetrics as [Batch['resourceMetrics'][number]];
    expect(attribute(resource, 'service.name')).toBe('certstorm');
    const result = resultIn(out);
    for (const { name, attempts } of result.variants[0]?.cohorts ?? []) {
      const points = pointsOf(last, 'certstorm.attempts').filter(
        (point) => attribute(point, 'certstorm.cohort') === name,
      );
      expect(points.map(({ asDouble, asInt }) => asDouble ?? asInt)).toEqual([attempts]);
    }
    expect(pointsOf(last, 'certstorm.service_time').length).toBeGreaterThan(3);
  });

  it('leaves no port behind', async () => {
    for (const address of [live, metrics]) await expect(fetch(address)).rejects.toThrow();
  });
});

it('a collector that is not there is a warning, and a port that is taken a mistake', async () => {
  const taken = await collector();
  const port = new URL(taken.url).port;
  const scenario = writeScenario(folder.path, (text) => text.replace('duration: 2s', 'duration: 300ms'));
  const args = ['run', scenario, '--out', join(folder.path, 'alone')];
  const [unreached, mistaken] = await Promise.all([
    certstorm([...args, '--otlp', 'http://127.0.0.1:9'], { cache }),
    certstorm([...args, '--live', '--live-port', port], { cache }),
  ]);
  await taken.close();
  expect(unreached.code, unreached.stderr).toBe(0);
  expect(unreached.stderr).toMatch(
    /WARNING +OTLP: http:\/\/127\.0\.0\.1:9\/v1\/metrics does not take the figures \(.*\); the run goes on without/,
  );
  expect(mistaken.code).toBe(104);
  expect(mistaken.stderr).toMatch(/^--live-port \d+ can't be had \(.*EADDRINUSE.*\): name another, or 0/);
});

it('sends hostile names as text that steers nothing, each series by its own', async () => {
  const { url, batches, close } = await collector();
  const warnings: string[] = [];
  for (const attack of attacks) {
    const outlet = await exportToOtlp(
      url,
      () => liveRun((plain) => attack + plain),
      (text) => warnings.push(text),
    );
    await outlet.end();
  }
  await close();
  expect(warnings).toEqual([]);
  expect(batches).toHaveLength(attacks.length);
  for (const batch of batches) {
    expect(pointsOf(batch, 'certstorm.attempts')).toHaveLength(3);
    for (const point of metricsOf(batch).flatMap(({ name }) => pointsOf(batch, name)))
      for (const { key, value } of point.attributes) {
        expect(key).toMatch(/^(?:certstorm\.[a-z]+|quantile)$/);
        expect(value.stringValue ?? '').not.toMatch(unseen);
      }
  }
});

describe('progress', () => {
  const screen = (isTTY: boolean) => {
    const written: string[] = [];
    let now = 0;
    const stream = { isTTY, columns: 100, rows: 30, write: (text: string) => written.push(text) > 0 };
    const progress = progressOn(stream, undefined, () => now);
    const tick = (elapsedMs: number) => {
      now += 100;
      progress.onEvent({
        kind: 'progress',
        variant: 'default',
        position: 0,
        of: 1,
        durationMs: 60_000,
        leftMs: 1_000,
        live: liveRound(elapsedMs),
      });
    };
    return { written, progress, tick };
  };
  const liveRound = (elapsedMs: number) => ({
    elapsedMs,
    started: 0,
    finished: 0,
    inFlight: 0,
    missedArrivals: 0,
    askedPerSecond: 1,
    achievedPerSecond: 1,
    cohorts: [],
    target: { corePercent: null, rssMiB: null },
  });

  it('is drawn four times a second at most on a terminal, each time over the one before', () => {
    const { written, progress, tick } = screen(true);
    for (let i = 0; i < 100; i++) tick(i * 100);
    progress.end();
    const drawn = written.filter((text) => text.includes('round 1/1'));
    expect(drawn.length).toBeGreaterThan(20);
    expect(drawn.length).toBeLessThanOrEqual(40);
    for (const text of drawn.slice(1)) expect(text.startsWith('\u001b[4A\u001b[0J')).toBe(true);
    expect(written.at(-1)).toBe('\u001b[4A\u001b[0J');
  });

  it('is a line for every ten seconds of silence elsewhere, and steers nothing', () => {
    const { written, tick } = screen(false);
    for (let i = 0; i < 310; i++) tick(i * 100);
    expect(written).toHaveLength(3);
    for (const line of written) expect(line).toMatch(/^round 1\/1[^\u001b\r]*\n$/);
  });
});
