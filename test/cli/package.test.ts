import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { resultIn, temporaryFolder } from './certstorm.ts';

const root = new URL('../../', import.meta.url).pathname;
const folder = temporaryFolder();
const execute = promisify(execFile);
afterAll(folder.remove);

describe('the package', () => {
  it('installed into an empty folder, runs `npx certstorm init && npx certstorm run scenario.yaml`', async () => {
    const packed = execFileSync('npm', ['pack', '--silent', '--pack-destination', folder.path], {
      cwd: root,
      encoding: 'utf8',
    });
    const home = join(folder.path, 'home');
    mkdirSync(home);
    const options = { cwd: home, env: { ...process.env, CERTSTORM_CACHE: join(folder.path, 'cache') } };
    const tarball = join(folder.path, packed.trim().split('\n').at(-1) ?? '');
    await execute('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', tarball], options);
    await execute('npx', ['certstorm', 'init'], options);
    const { stdout } = await execute(
      'npx',
      ['certstorm', 'run', 'scenario.yaml', '--out', 'out', '--set', 'load.duration=1s'],
      options,
    );
    expect(stdout).toContain('report.html');
    const result = resultIn(join(home, 'out'));
    expect(result.verdict.exitCode).toBe(0);
    expect(result.environment.runtime).toBe(`Node ${process.version}`);
    // No types are stripped under node_modules: what runs there is compiled.
    const sources = readdirSync(join(home, 'node_modules/certstorm'), { recursive: true }).map(String);
    expect(sources.filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))).toEqual([]);
  });
});
