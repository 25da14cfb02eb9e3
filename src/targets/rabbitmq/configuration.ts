import { createHash, randomBytes } from 'node:crypto';
import type { TargetOrder } from '../target.ts';

/** The user that all clients are who send neither name nor password, and its password too. */
const anonymous = 'anonymous';

/** rabbitmq.conf: everything but TLS, whose options have names there for only a part of what is asked. */
export function rabbitConfiguration(
  { host, connectAuth, services }: TargetOrder,
  { port, definitionsFile }: { port: number; definitionsFile: string },
): string {
  return `${[
    '# Written by certstorm for one run of its own. TLS is in advanced.config.',
    'listeners.tcp = none',
    'mqtt.listeners.tcp = none',
    `mqtt.listeners.ssl.1 = ${host}:${port}`,
    `load_definitions = ${definitionsFile}`,
    '',
    '# Without a check at CONNECT the certificate that TLS has found good is enough: all are one user, who has no secret.',
    `mqtt.allow_anonymous = ${connectAuth === 'none'}`,
    `mqtt.default_user = ${anonymous}`,
    `mqtt.default_pass = ${anonymous}`,
    ...(connectAuth === 'webservice'
      ? [
          '# Who they are is asked of the service, once for each CONNECT; what they may do is looked up here.',
          'auth_backends.1.authn = http',
          'auth_backends.1.authz = internal',
          'auth_http.http_method = post',
          ...['user', 'vhost', 'resource', 'topic'].map(
            (what) => `auth_http.${what}_path = ${services.authUrl}/rabbitmq/${what}`,
          ),
        ]
      : ['auth_backends.1 = internal']),
    '',
    '# As it is by default: a line when a connection is accepted and when it ends.',
    'log.console = true',
    'log.console.level = info',
    'log.file = false',
  ].join('\n')}\n`;
}

/** advanced.config, Erlang terms: the options of Erlang's ssl for every listener. `crlDir` as OpenSSL's c_rehash names CRLs. */
export function rabbitTlsConfiguration(order: TargetOrder, crlDir: string | null): string {
  const { clientCaFile, serverCertFile, serverKeyFile, clientCertificates, sessionTickets } = order;
  const options = [
    `{cacertfile, ${erlangString(clientCaFile)}}`,
    `{certfile, ${erlangString(serverCertFile)}}`,
    `{keyfile, ${erlangString(serverKeyFile)}}`,
    "{versions, ['tlsv1.3', 'tlsv1.2']}",
    ...(clientCertificates === 'required'
      ? ['{verify, verify_peer}', '{fail_if_no_peer_cert, true}']
      : ['{verify, verify_none}']),
    ...(sessionTickets ? ['%% Off by default.', '{session_tickets, stateless}'] : []),
    ...(crlDir === null
      ? []
      : [
          '{crl_check, peer}',
          `{crl_cache, {ssl_crl_hash_dir, {internal, [{dir, ${erlangString(crlDir)}}]}}}`,
        ]),
  ];
  const lines = options.map((option, index) =>
    option.startsWith('%%') || index === options.length - 1 ? option : `${option},`,
  );
  return `%% Written by certstorm for one run of its own.\n[{rabbit, [{ssl_options, [\n  ${lines.join('\n  ')}\n]}]}].\n`;
}

/**
 * The users that it must know, in the form of its definitions: one for each client where their passwords are checked, here or by a
 * service, for there is no wildcard.
 */
export function rabbitDefinitions({ connectAuth, users }: TargetOrder): string {
  const names = connectAuth === 'none' ? [anonymous] : users.clientIds;
  // Empty is the hash of no password: the service judges those.
  const hash =
    connectAuth === 'webservice'
      ? ''
      : rabbitPasswordHash(connectAuth === 'none' ? anonymous : users.password);
  return JSON.stringify({
    vhosts: [{ name: '/' }],
    users: names.map((name) => ({
      name,
      password_hash: hash,
      hashing_algorithm: 'rabbit_password_hashing_sha256',
      tags: '',
    })),
    permissions: names.map((user) => ({ user, vhost: '/', configure: '.*', write: '.*', read: '.*' })),
  });
}

/** RabbitMQ's own form: base64 of a salt of four octets and SHA-256 of salt and password. */
function rabbitPasswordHash(password: string): string {
  const salt = randomBytes(4);
  const hash = createHash('sha256').update(salt).update(password, 'utf8').digest();
  return Buffer.concat([salt, hash]).toString('base64');
}

function erlangString(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
