import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isRunnable, notInstalled, requireProgram } from './find-program.ts';
import { freePort } from './free-port.ts';
import { untilLogged } from './log-lines.ts';
import { rabbitConfiguration, rabbitDefinitions, rabbitTlsConfiguration } from './rabbitmq/configuration.ts';
import { layOutCrls } from './rabbitmq/crl-folder.ts';
import { startSpawned } from './spawned.ts';
import type { OwnTargetKind } from './target.ts';

const what = 'RabbitMQ';

/** The script itself: what Debian has on the PATH becomes another user, who may not read the corpus. */
const server = '/usr/lib/rabbitmq/bin/rabbitmq-server';

const plugins = ['rabbitmq_mqtt', 'rabbitmq_auth_mechanism_ssl', 'rabbitmq_auth_backend_http'];

/**
 * A port mapper of its own in the same process group, in the foreground: Erlang would start one that stays behind. No other program of
 * the machine is asked for, and none of another RabbitMQ is met.
 */
const script = '"$1" -port "$ERL_EPMD_PORT" -address 127.0.0.1 & exec "$2"';

/** RabbitMQ with its MQTT plugin, the system's package, without its service; tried with 3.10 on Erlang 25. */
export const rabbitmq: OwnTargetKind = {
  kind: 'rabbitmq',
  revocation: ['none', 'crl-native'],
  connectAuth: ['none', 'certificate', 'password-hash', 'webservice'],
  transports: ['tls', 'wss', 'tcp'],
  crlSources: ['file', 'http'],
  heeds: [],
  lacks: {
    'revocation: ocsp': 'rabbitmq has no OCSP for client certificates',
    'revocation: ocsp-cached': 'rabbitmq has no OCSP for client certificates',
    'revocation: ocsp-stapled': 'rabbitmq has no OCSP for client certificates',
    'revocation: allow-list': 'rabbitmq has no list of the certificates that may come in',
    'revocation: crl-indexed':
      'rabbitmq has no index of revoked certificates: Erlang reads its CRL in each handshake (crl-native)',
    'connectAuth: database':
      'rabbitmq keeps its users in a database of its own (password-hash) and asks no other',
    'connectAuth: memory': 'rabbitmq keeps its users in a database of its own (password-hash)',
    'corpus.certificate.crlDistributionPoints':
      'rabbitmq fetches CRLs from where certificates say, and these say nothing (corpus.certificate.crlDistributionPoints, services.crl.port)',
    'broker.onUnavailable: fail-open':
      'rabbitmq is told to check (crl_check: peer), and then turns everybody away whose CRL is missing or has run out',
    'broker.verifyOnResumption: true':
      'rabbitmq looks at no certificate again when a session is resumed, and has no option to do so',
    'broker.onRevocation: rotate-ticket-keys': 'rabbitmq has no option to change the keys of session tickets',
    'broker.onRevocation: cut-sessions': 'rabbitmq cuts no session of a certificate that has been revoked',
    'broker.slowdown': 'rabbitmq cannot be made slower on purpose',
    'broker.limits': 'rabbitmq limits neither connections a second nor handshakes in flight',
    'broker.authorization': 'rabbitmq has no rules by what is in a certificate',
  },
  async start(order, signal) {
    if (!isRunnable(server)) throw notInstalled(what, `there is no ${server}`, 'rabbitmq');
    const epmd = requireProgram('epmd', what, 'rabbitmq');
    const checks = order.revocation === 'none' ? 'nothing' : order.broker.crl.source;
    const openssl =
      checks === 'file' ? requireProgram('openssl', `${what}'s helper openssl`, 'rabbitmq') : null;
    const [port, epmdPort, distributionPort] = [
      await freePort(order.host, order.port),
      await freePort('127.0.0.1', 0),
      await freePort('127.0.0.1', 0),
    ];
    const { workDir } = order;
    const [config, advanced, definitions, logFile] = [
      'rabbitmq.conf',
      'advanced.config',
      'definitions.json',
      'rabbitmq.log',
    ].map((name) => join(workDir, name)) as [string, string, string, string];
    const crlDir = openssl === null ? null : join(workDir, 'crls');
    const layOut = async () => {
      if (openssl !== null && crlDir !== null) await layOutCrls(order.crlFile, crlDir, openssl);
    };
    await layOut();
    await mkdir(join(workDir, 'mnesia'));
    const write = (file: string, text: string) => writeFile(file, text, { mode: 0o600 });
    await write(config, rabbitConfiguration(order, { port, definitionsFile: definitions }));
    if (order.transport !== 'tcp') await write(advanced, rabbitTlsConfiguration(order, port, crlDir));
    await write(definitions, rabbitDefinitions(order));
    await write(
      join(workDir, 'enabled_plugins'),
      `[${[...plugins, ...(order.transport === 'wss' ? ['rabbitmq_web_mqtt'] : [])].join(',')}].\n`,
    );
    const introduced = untilLogged(logFile, /Starting RabbitMQ (\S+) on Erlang (\S+)/, 30_000, what);
    return startSpawned(
      {
        what,
        program: '/bin/sh',
        args: ['-c', script, 'sh', epmd, server],
        cwd: workDir,
        env: {
          ...process.env,
          // Erlang keeps the cookie by which nodes know one another there.
          HOME: workDir,
          ERL_EPMD_PORT: String(epmdPort),
          ERL_EPMD_ADDRESS: '127.0.0.1',
          RABBITMQ_NODENAME: `certstorm-${port}@localhost`,
          RABBITMQ_DIST_PORT: String(distributionPort),
          RABBITMQ_CONFIG_FILE: config,
          ...(order.transport !== 'tcp' && { RABBITMQ_ADVANCED_CONFIG_FILE: advanced }),
          RABBITMQ_ENABLED_PLUGINS_FILE: join(workDir, 'enabled_plugins'),
          RABBITMQ_MNESIA_BASE: join(workDir, 'mnesia'),
          RABBITMQ_LOG_BASE: workDir,
          RABBITMQ_LOGS: '-',
          RABBITMQ_PID_FILE: join(workDir, 'pid'),
          RABBITMQ_CONF_ENV_FILE: '/dev/null',
        },
        port,
        logFile,
        readyWithinMs: 90_000,
        // An orderly end takes it many seconds, and nothing that it keeps is kept.
        abrupt: true,
        keepsakes: [
          { name: 'rabbitmq.conf', path: config },
          { name: 'advanced.config', path: advanced },
          { name: 'rabbitmq.log', path: logFile },
        ],
        tuned: [
          ...(order.sessionTickets && order.transport !== 'tcp' ? ['session_tickets: stateless'] : []),
          ...(checks === 'nothing' ? [] : ['crl_check: peer']),
        ],
        remarks: [
          ...(checks === 'http'
            ? ['Erlang fetches the CRL anew in each handshake, and asks for no change of it']
            : []),
          'its garbage collector could not be run before each round: Erlang has one for each of its processes',
          ...(order.sessionTickets && order.transport !== 'tcp'
            ? [
                'session tickets are on, which its makers have off: in Erlang 25.2 a client that offers one, and a signature algorithm that Erlang has no name for (OpenSSL 3.5 offers ML-DSA), ends the listener for everybody; target.sessionTickets: false, or cohorts[].tls.signatureAlgorithms',
              ]
            : []),
          ...(order.transport === 'wss' && order.connectAuth !== 'none'
            ? ['over WebSocket it says nothing to a wrong password: it closes without a CONNACK']
            : []),
          ...(order.connectAuth === 'password-hash'
            ? ['its passwords are hashed as it does: one salted SHA-256, whatever broker.password says']
            : []),
          ...(order.connectAuth === 'webservice'
            ? ['it asks its webservice by forms, whatever broker.webservice says']
            : []),
        ],
        version: async () => {
          const [, version, erlang] = await introduced();
          return `${what} ${version} on Erlang ${erlang}`;
        },
        ...(crlDir !== null && { reloadRevocation: layOut }),
      },
      order,
      signal,
    );
  },
};
