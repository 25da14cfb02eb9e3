import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findProgram } from './find-program.ts';
import { TargetError } from './target-error.ts';

const run = promisify(execFile);
const engines = ['docker', 'podman'];
const timeoutMs = 10_000;

/**
 * The first process of a container on this machine, of whose tree `/proc` tells CPU, memory and threads. Throws TargetError
 * `ERR_TARGET_CONTAINER` where no engine is here, or it has no such container that runs.
 */
export async function containerProcess(name: string): Promise<number> {
  const engine = engines.find((each) => findProgram(each) !== undefined);
  if (engine === undefined)
    throw failed(`there is neither ${engines.join(' nor ')} here to ask for the container '${name}'`);
  const args = ['inspect', '--format', '{{.State.Pid}}', '--', name];
  const { stdout } = await run(engine, args, { timeout: timeoutMs }).catch((error: unknown) => {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error);
    throw failed(`${engine} does not know the container '${name}': ${said}`);
  });
  const pid = Number(stdout.trim());
  // A container that has ended has process 0.
  if (!Number.isInteger(pid) || pid <= 0) throw failed(`the container '${name}' does not run`);
  return pid;
}

function failed(why: string): TargetError {
  return new TargetError('ERR_TARGET_CONTAINER', `${why} (target.container)`);
}
