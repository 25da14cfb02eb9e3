import { createHash, randomBytes } from 'node:crypto';
import type { TargetOrder } from '../target.ts';

/** The user that all clients are who send neither name nor password, and its password too. */
const anonymous = 'anonymous';

/** rabbitmq.conf: everything but TLS, whose options have names there for only a part of what is asked. */
export function rabbitConfiguration(
  { host, connectAuth, services, transport }: TargetOrder,
  { port, definitionsFile }: { port: number; definitionsFile: string },
): string {
  return `${[
    '# Written by certstorm for one run of its own. TLS is in advanced.config.',
    'listeners.tcp = none',
    ...listeners(transport, host, port),
    `load_definitions = ${definitionsFile}`,
    '',
    ...(connectAuth === 'certificate'
      ? [
          '# The common name of the certificate is the user, who must be one of its own.',
          'mqtt.allow_anonymous = false',
          'mqtt.ssl_cert_login = true',
          'ssl_cert_login_from = common_name',
        ]
      : [
          '# Without a check at CONNECT the certificate that TLS has found good is enough: all are one user, who has no secret.',
          `mqtt.allow_anonymous = ${connectAuth === 'none'}`,
          `mqtt.default_user = ${anonymous}`,
          `mqtt.default_pass = ${anonymous}`,
        ]),
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

function listeners(transport: string, host: string, port: number): string[] {
  if (transport === 'tcp') return [`mqtt.listeners.tcp.1 = ${host}:${port}`, 'mqtt.listeners.ssl = none'];
  if (transport === 'tls') return ['mqtt.listeners.tcp = none', `mqtt.listeners.ssl.1 = ${host}:${port}`];
  return ['mqtt.listeners.tcp = none', 'mqtt.listeners.ssl = none', 'web_mqtt.ws_path = /mqtt'];
}

/**
 * advanced.config, Erlang terms: the options of Erlang's ssl, of which rabbitmq.conf has names for a part only. `crlDir` as OpenSSL's c_rehash
 * names CRLs; null where no file of them is read.
 */
export function rabbitTlsConfiguration(order: TargetOrder, port: number, crlDir: string | null): string {
  const options = sslOptions(order, crlDir);
  const head = '%% Written by certstorm for one run of its own.\n';
  if (order.transport !== 'wss') return `${head}[{rabbit, [{ssl_options, [\n  ${lines(options)}\n]}]}].\n`;
  const own = [`{port, ${port}}`, `{ip, ${erlangString(order.host)}}`, ...options];
  // It has a listener without TLS of its own, for which nobody asked.
  return `${head}[{rabbitmq_web_mqtt, [{tcp_config, [{port, 0}, {ip, "127.0.0.1"}]}, {ssl_config, [\n  ${lines(own)}\n]}]}].\n`;
}

function lines(options: readonly string[]): string {
  return options
    .map((option, index) => (option.startsWith('%%') || index === options.length - 1 ? option : `${option},`))
    .join('\n  ');
}

function sslOptions(order: TargetOrder, crlDir: string | null): string[] {
  const { tlsVersions, clientCaFile, serverCertFile, serverKeyFile, clientCertificates, sessionTickets } =
    order;
  const versions = (tlsVersions ?? ['1.3', '1.2']).map((version) => `'tlsv${version}'`).join(', ');
  return [
    `{cacertfile, ${erlangString(clientCaFile)}}`,
    `{certfile, ${erlangString(serverCertFile)}}`,
    `{keyfile, ${erlangString(serverKeyFile)}}`,
    `{versions, [${versions}]}`,
    ...(clientCertificates === 'required'
      ? ['{verify, verify_peer}', '{fail_if_no_peer_cert, true}']
      : ['{verify, verify_none}']),
    ...(sessionTickets && versions.includes('1.3')
      ? ['%% Off by default.', '{session_tickets, stateless}']
      : []),
    ...(order.revocation === 'none' ? [] : ['{crl_check, peer}', `{crl_cache, ${crlCache(crlDir)}}`]),
  ];
}

/**
 * The users that it must know, in the form of its definitions: one for each client where their passwords are checked, here or by a
 * service, for there is no wildcard.
 */
export function rabbitDefinitions({ connectAuth, users }: TargetOrder): string {
  const names = connectAuth === 'none' ? [anonymous] : users.clientIds;
  // Empty is the hash of no password: the service judges those, or nobody has one.
  const hash =
    connectAuth === 'webservice' || connectAuth === 'certificate'
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

/** Where CRLs are looked for: in a folder, or where certificates say, with milliseconds for an answer. */
function crlCache(crlDir: string | null): string {
  return crlDir === null
    ? '{ssl_crl_cache, {internal, [{http, 5000}]}}'
    : `{ssl_crl_hash_dir, {internal, [{dir, ${erlangString(crlDir)}}]}}`;
}

function erlangString(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
