import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { entry, root, temporaryFolder, writeScenario } from './certstorm.ts';

const folder = temporaryFolder();
afterAll(folder.remove);

const command = `${process.execPath} ${entry}`;
const scenario = (limit: string) => (text: string) =>
  `${text.replace(/load: .*/, 'load: { model: constant-vus, vus: 2, duration: 300ms, warmup: 0ms }')}  - "${limit}"\n`;

type Step = { id?: string; shell: string; env: Record<string, string>; run: string };

/** A script of a template in a shell of its own, in an empty folder, with nothing but the variables that its CI gives it. */
function play(shell: string, script: string, env: Record<string, string>, cwd: string) {
  const { PATH = '' } = process.env;
  const own = { PATH, NO_COLOR: '1', CERTSTORM_CACHE: join(folder.path, 'cache') };
  // As the runners call them: a script ends with its first failing command.
  const flags =
    shell === 'bash' ? ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script] : ['-e', '-c', script];
  const { status, stdout, stderr } = spawnSync(shell, flags, {
    cwd,
    env: { ...own, ...env },
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

function workspace(name: string, limit: string): string {
  const path = join(folder.path, name);
  mkdirSync(path);
  writeScenario(path, scenario(limit));
  return path;
}

describe('the GitHub action', () => {
  const action = parse(readFileSync(join(root, 'ci/github/action.yml'), 'utf8'));

  it('runs the scenario, annotates what failed, adds the summary, and ends with the exit code', () => {
    const cwd = workspace('github', 'good.authenticated.p50 < 1us');
    const inputs: Record<string, string> = Object.fromEntries(
      Object.entries<{ default?: string }>(action.inputs).map(([name, input]) => [name, input.default ?? '']),
    );
    Object.assign(inputs, { scenario: 'scenario.yaml', command, arguments: '--quiet --seed 5' });
    const runner = { GITHUB_OUTPUT: join(cwd, 'output'), GITHUB_STEP_SUMMARY: join(cwd, 'step-summary') };
    writeFileSync(runner.GITHUB_OUTPUT, '');
    const outputs = () =>
      Object.fromEntries(
        readFileSync(runner.GITHUB_OUTPUT, 'utf8')
          .trim()
          .split('\n')
          .map((line) => line.split('=')),
      );
    const statuses = (action.runs.steps as Step[]).map(({ shell, env, run }) => {
      const told = Object.entries(env).map(([name, value]) => [
        name,
        value.replace(
          /\$\{\{ inputs\.([\w-]+) \}\}|\$\{\{ steps\.storm\.outputs\.([\w-]+) \}\}/g,
          (_, input, output) => (input === undefined ? outputs()[output] : (inputs[input] ?? '')),
        ),
      ]);
      return play(shell, run, { ...Object.fromEntries(told), ...runner }, cwd);
    });
    expect(
      statuses.map(({ status }) => status),
      JSON.stringify(statuses),
    ).toEqual([0, 0, 99]);
    expect(statuses[1]?.stdout).toMatch(
      /^::error title=certstorm default%3A threshold good\.authenticated\.p50 < 1us::observed /m,
    );
    expect(readFileSync(runner.GITHUB_STEP_SUMMARY, 'utf8')).toMatch(/^<!-- certstorm:summary small -->\n/);
    // The flag went all the way.
    expect(JSON.parse(readFileSync(join(cwd, 'certstorm-results/result.json'), 'utf8')).seed).toBe(5);
  });
});

describe('the GitLab template', () => {
  const template = parse(readFileSync(join(root, 'ci/gitlab.yml'), 'utf8'))['.certstorm'];

  it('runs the scenario and leaves the reports that it names as artifacts', () => {
    const cwd = workspace('gitlab', 'good.falseRejects == 0');
    const env = {
      ...template.variables,
      CERTSTORM: command,
      CERTSTORM_ARGUMENTS: '--quiet',
      CI_COMMIT_BRANCH: 'main',
      CI_DEFAULT_BRANCH: 'main',
    };
    const { status, stdout, stderr } = play('sh', template.script.join('\n'), env, cwd);
    expect(status, stdout + stderr).toBe(0);
    for (const report of Object.values<string>(template.artifacts.reports))
      expect(existsSync(join(cwd, report.replace('$CERTSTORM_OUT', env.CERTSTORM_OUT)))).toBe(true);
  });
});
