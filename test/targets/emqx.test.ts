import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import parser from '@pushcorn/hocon-parser';
import { afterAll, describe, expect, test } from 'vitest';
import { type EmqxOrder, emqxFiles } from '../../src/targets/emqx.ts';
import { certstorm, temporaryFolder } from '../cli/certstorm.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());

const plain: EmqxOrder = {
  dir: '/corpus "of mine"',
  host: '127.0.0.1',
  port: 8883,
  revocation: 'none',
  connectAuth: 'none',
  transport: 'tls',
  clientCertificates: 'required',
  tlsVersions: null,
  authUrl: null,
  crlPollMs: 2_000,
  users: { clientIds: ['a', 'b'], password: 'pass:word$ ü' },
};

type Settings = {
  listeners: Record<string, { default: Record<string, unknown> & { ssl_options: Record<string, unknown> } }>;
  authentication: Record<string, unknown>[];
  crl_cache?: unknown;
};

/** What EMQX would read, by a parser of HOCON that holds to its specification. */
const parse = async (text: string) => (await parser.parse({ text, strict: true })) as Settings;

async function read(changes: Partial<EmqxOrder> = {}) {
  const [conf] = emqxFiles({ ...plain, ...changes });
  return parse(conf?.text ?? '');
}

describe('the configuration of EMQX', () => {
  test('demands certificates on one listener, and has no other', async () => {
    const { listeners, authentication } = await read();
    expect(listeners.ssl?.default).toMatchObject({
      enable: true,
      bind: '127.0.0.1:8883',
      ssl_options: {
        cacertfile: '/corpus "of mine"/ca.crt',
        certfile: '/corpus "of mine"/server.crt',
        keyfile: '/corpus "of mine"/server.key',
        verify: 'verify_peer',
        fail_if_no_peer_cert: true,
        versions: ['tlsv1.3', 'tlsv1.2'],
        enable_crl_check: false,
      },
    });
    for (const other of ['tcp', 'ws', 'wss']) expect(listeners[other]?.default).toEqual({ enable: false });
    expect(authentication).toEqual([]);
  });

  test('says what the scenario says of revocation, TLS and transport', async () => {
    const checked = await read({
      revocation: 'crl-native',
      tlsVersions: ['1.3'],
      clientCertificates: 'required',
    });
    expect(checked.listeners.ssl?.default.ssl_options).toMatchObject({
      enable_crl_check: true,
      versions: ['tlsv1.3'],
    });
    expect(checked.crl_cache).toEqual({ refresh_interval: '2s' });
    const web = await read({ transport: 'wss', clientCertificates: 'none' });
    expect(web.listeners.wss?.default).toMatchObject({
      enable: true,
      websocket: { mqtt_path: '/mqtt' },
      ssl_options: { verify: 'verify_none', fail_if_no_peer_cert: false },
    });
    expect((await read({ transport: 'tcp' })).listeners.tcp?.default).not.toHaveProperty('ssl_options');
  });

  test('checks passwords by its own database or by the auth service', async () => {
    const [, users] = emqxFiles({ ...plain, connectAuth: 'password-hash' });
    expect(users).toMatchObject({ name: 'emqx-users.json', secret: true });
    expect(users?.text).not.toContain(plain.users.password);
    const records = JSON.parse(users?.text ?? '');
    expect(records.map(({ user_id }: { user_id: string }) => user_id)).toEqual(['a', 'b']);
    const [{ salt, password_hash }] = records;
    expect(createHash('sha256').update(`${salt}${plain.users.password}`).digest('hex')).toBe(password_hash);
    const { authentication } = await read({ connectAuth: 'password-hash' });
    expect(authentication).toEqual([
      {
        mechanism: 'password_based',
        enable: true,
        backend: 'built_in_database',
        user_id_type: 'username',
        password_hash_algorithm: { name: 'sha256', salt_position: 'prefix' },
        bootstrap_file: '/corpus "of mine"/emqx-users.json',
        bootstrap_type: 'hash',
      },
    ]);
    const asked = await read({ connectAuth: 'webservice', authUrl: 'http://127.0.0.1:18091' });
    expect(asked.authentication[0]).toMatchObject({
      backend: 'http',
      method: 'post',
      url: 'http://127.0.0.1:18091/mqtt/auth',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: EMQX fills these in.
      body: { clientid: '${clientid}', username: '${username}', password: '${password}' },
    });
  });

  const lacks: [changes: Partial<EmqxOrder>, message: RegExp][] = [
    [{ port: 0 }, /^target\.port: EMQX needs a port/],
    [{ revocation: 'ocsp' }, /^target\.revocation: EMQX has no OCSP for client certificates/],
    [{ revocation: 'crl-indexed' }, /^target\.revocation: EMQX has no crl-indexed/],
    [{ revocation: 'crl-native', transport: 'wss' }, /^target\.transport: EMQX checks CRLs/],
    [{ connectAuth: 'webservice' }, /^services\.auth\.port: EMQX must know beforehand/],
    [{ connectAuth: 'database' }, /^target\.connectAuth: certstorm writes no database for EMQX/],
  ];
  test.each(lacks)('what it has not is a sentence: %o', (changes, message) => {
    expect(() => emqxFiles({ ...plain, ...changes })).toThrow(message);
  });

  test('is written beside a corpus by certstorm pki --for emqx, and not for a broker that certstorm starts', async () => {
    const scenario = join(folder.path, 'emqx.yaml');
    const out = join(folder.path, 'out');
    writeFileSync(
      scenario,
      `name: emqx
corpus: { identities: 2 }
target: { kind: external, port: 8883, connectAuth: memory }
load: { model: constant-vus, vus: 1, duration: 1s }
cohorts: [{ name: good, expect: accept }]
variants: [{ name: ours, set: {} }, { name: bundled, set: { target.kind: bundled, target.port: 0 } }]
`,
    );
    const args = (variant: string) => [
      'pki',
      out,
      '--scenario',
      scenario,
      '--variant',
      variant,
      '--for',
      'emqx',
    ];
    const options = { cache: join(folder.path, 'cache') };
    const refused = await certstorm(args('bundled'), options);
    expect([refused.code, refused.stderr]).toEqual([
      104,
      expect.stringContaining("--for: the variant's target.kind is bundled, and EMQX is an external broker"),
    ]);
    expect(existsSync(out)).toBe(false);
    const { code, stdout } = await certstorm(args('ours'), options);
    expect(code).toBe(0);
    expect(stdout).toContain(`include "${join(out, 'emqx.conf')}"`);
    const { listeners } = await parse(readFileSync(join(out, 'emqx.conf'), 'utf8'));
    for (const file of Object.values(listeners.ssl?.default.ssl_options ?? {}).filter((each) =>
      /\//.test(String(each)),
    ))
      expect(existsSync(String(file))).toBe(true);
    expect(statSync(join(out, 'emqx-users.json')).mode & 0o777).toBe(0o600);
    // A folder of an earlier call is still ours.
    expect((await certstorm(args('ours'), options)).code).toBe(0);
  });
});
