import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { TargetError } from './target-error.ts';

/** What EMQX is to be told, so that it is what a scenario says of its `external` target. */
export type EmqxOrder = {
  /** Absolute: the folder that holds `ca.crt`, `server.crt` and `server.key`, and is to hold these files. */
  dir: string;
  host: string;
  port: number;
  revocation: string;
  connectAuth: string;
  transport: 'tls' | 'wss' | 'tcp';
  clientCertificates: 'required' | 'none';
  tlsVersions: readonly ('1.2' | '1.3')[] | null;
  /** Where the auth service answers; null where its port is not fixed. */
  authUrl: string | null;
  /** How often the distribution point is asked. */
  crlPollMs: number;
  users: { clientIds: readonly string[]; password: string };
};

/** A file beside the corpus. */
export type EmqxFile = { name: string; text: string; secret: boolean };

/**
 * `emqx.conf` (HOCON) for EMQX 5.8, to be included from its own, and what that needs: listeners, their TLS, the check at CONNECT. No registry
 * carries EMQX, so that certstorm does not start it.
 *
 * Throws TargetError `ERR_TARGET_EMQX` for what EMQX has not, or what must be known beforehand and is not.
 */
export function emqxFiles(order: EmqxOrder): EmqxFile[] {
  const lack = lackOf(order);
  if (lack !== undefined) throw new TargetError('ERR_TARGET_EMQX', lack);
  const { connectAuth } = order;
  const byUsers = connectAuth === 'memory' || connectAuth === 'password-hash';
  return [
    { name: 'emqx.conf', text: configuration(order), secret: false },
    ...(byUsers ? [{ name: 'emqx-users.json', text: bootstrapUsers(order), secret: true }] : []),
  ];
}

function lackOf({ port, revocation, connectAuth, transport, authUrl }: EmqxOrder): string | undefined {
  if (port === 0) return 'target.port: EMQX needs a port that is known beforehand';
  if (revocation.startsWith('ocsp'))
    return 'target.revocation: EMQX has no OCSP for client certificates; what it staples is about its own';
  if (revocation !== 'none' && revocation !== 'crl-native')
    return `target.revocation: EMQX has no ${revocation}: it fetches CRLs from where certificates say (crl-native)`;
  if (revocation === 'crl-native' && transport !== 'tls')
    return 'target.transport: EMQX checks CRLs on its listeners for TLS alone';
  if (connectAuth === 'webservice' && authUrl === null)
    return 'services.auth.port: EMQX must know beforehand where the auth service answers';
  if (connectAuth === 'database')
    return 'target.connectAuth: certstorm writes no database for EMQX; memory, password-hash and webservice it can';
  return undefined;
}

function configuration(order: EmqxOrder): string {
  const kinds = { tls: 'ssl', wss: 'wss', tcp: 'tcp' } as const;
  const kind = kinds[order.transport];
  const others = ['tcp', 'ssl', 'ws', 'wss'].filter((each) => each !== kind);
  return `${[
    '# Written by certstorm: include it from the end of the emqx.conf of EMQX 5.8 or later.',
    ...others.map((each) => `listeners.${each}.default.enable = false`),
    '',
    `listeners.${kind}.default {`,
    '  enable = true',
    `  bind = ${text(`${order.host}:${order.port}`)}`,
    '  max_connections = infinity',
    ...(order.transport === 'wss' ? ['  websocket.mqtt_path = "/mqtt"'] : []),
    ...(order.transport === 'tcp' ? [] : tls(order)),
    '}',
    '',
    ...(order.revocation === 'crl-native'
      ? [
          '# EMQX asks the distribution points that certificates name, and wants an Issuing Distribution Point in the list.',
          `crl_cache.refresh_interval = ${text(`${Math.max(1, Math.round(order.crlPollMs / 1000))}s`)}`,
          '',
        ]
      : []),
    ...authentication(order),
  ].join('\n')}\n`;
}

function tls({ dir, clientCertificates, tlsVersions, revocation }: EmqxOrder): string[] {
  const asked = clientCertificates === 'required';
  const versions = (tlsVersions ?? ['1.3', '1.2']).map((version) => text(`tlsv${version}`));
  return [
    '  ssl_options {',
    `    cacertfile = ${text(join(dir, 'ca.crt'))}`,
    `    certfile = ${text(join(dir, 'server.crt'))}`,
    `    keyfile = ${text(join(dir, 'server.key'))}`,
    `    verify = ${asked ? 'verify_peer' : 'verify_none'}`,
    `    fail_if_no_peer_cert = ${asked}`,
    `    versions = [${versions.join(', ')}]`,
    `    enable_crl_check = ${revocation === 'crl-native'}`,
    '  }',
  ];
}

function authentication({ dir, connectAuth, authUrl }: EmqxOrder): string[] {
  if (connectAuth === 'none' || connectAuth === 'certificate')
    return ['# The certificate that TLS has found good is enough.', 'authentication = []'];
  const common = ['    mechanism = password_based', '    enable = true'];
  if (connectAuth === 'webservice')
    return [
      'authentication = [',
      '  {',
      ...common,
      '    backend = http',
      '    method = post',
      `    url = ${text(`${authUrl}/mqtt/auth`)}`,
      '    headers { content-type = "application/json" }',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: EMQX fills these in.
      '    body { clientid = "${clientid}", username = "${username}", password = "${password}" }',
      '  }',
      ']',
    ];
  return [
    'authentication = [',
    '  {',
    ...common,
    '    backend = built_in_database',
    '    user_id_type = username',
    '    password_hash_algorithm { name = sha256, salt_position = prefix }',
    `    bootstrap_file = ${text(join(dir, 'emqx-users.json'))}`,
    '    bootstrap_type = hash',
    '  }',
    ']',
  ];
}

/** One salted SHA-256, as EMQX has it by itself; all share one record, for what is measured is the check. */
function bootstrapUsers({ users: { clientIds, password } }: EmqxOrder): string {
  const salt = randomBytes(16).toString('hex');
  const hash = createHash('sha256').update(salt).update(password, 'utf8').digest('hex');
  return `${JSON.stringify(
    clientIds.map((user) => ({ user_id: user, password_hash: hash, salt, is_superuser: false })),
  )}\n`;
}

/** A quoted string of HOCON is one of JSON. */
const text = (value: string): string => JSON.stringify(value);
