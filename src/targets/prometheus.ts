import { TargetError } from './target-error.ts';

const timeoutMs = 2_000;
const cpuName = 'process_cpu_seconds_total';
const rssName = 'process_resident_memory_bytes';

/**
 * CPU and memory of a process as it tells them itself: the Prometheus text format's counter `process_cpu_seconds_total` and gauge
 * `process_resident_memory_bytes`, summed over their labels; memory is null where there is no such gauge.
 *
 * Throws TargetError `ERR_TARGET_METRICS` where there is no answer, or no such counter in it.
 */
export async function readPrometheusUsage(url: string): Promise<{ cpuMs: number; rssBytes: number | null }> {
  const text = await fetchText(url);
  const seconds = sumOf(text, cpuName);
  if (seconds === null)
    throw new TargetError('ERR_TARGET_METRICS', `${url} (target.metricsUrl) has no counter ${cpuName}`);
  return { cpuMs: seconds * 1000, rssBytes: sumOf(text, rssName) };
}

async function fetchText(url: string): Promise<string> {
  try {
    const response = await fetch(url, {
      signal: AbortSignal.timeout(timeoutMs),
      headers: { accept: 'text/plain' },
    });
    if (!response.ok) throw new Error(`status ${response.status}`);
    return await response.text();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TargetError('ERR_TARGET_METRICS', `${url} (target.metricsUrl) does not answer: ${reason}`, {
      cause: error,
    });
  }
}

function sumOf(text: string, name: string): number | null {
  const samples = [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})?\\s+(\\S+)`, 'gm'))];
  if (samples.length === 0) return null;
  return samples.reduce((sum, [, value]) => sum + Number(value), 0);
}
