import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { builtBroker } from './built-broker.ts';
import { freePort } from './free-port.ts';
import { untilLogged } from './log-lines.ts';
import { startSpawned } from './spawned.ts';
import type { OwnTargetKind, TargetOrder } from './target.ts';

const what = 'mochi-mqtt';

/** How long a CRL may take to be read again, or the garbage to be collected. */
const answerWithinMs = 60_000;

/** mochi-mqtt v2 behind Go's crypto/tls, in the small program of targets/mochi/. */
export const mochi: OwnTargetKind = {
  kind: 'mochi',
  revocation: ['none', 'crl-indexed'],
  connectAuth: ['none', 'memory', 'webservice'],
  transports: ['tls', 'wss', 'tcp'],
  crlSources: ['file'],
  heeds: [],
  lacks: {
    'revocation: ocsp-cached':
      "mochi has no OCSP for client certificates: Go's crypto/tls leaves that to the program",
    'revocation: ocsp-stapled':
      "mochi has no OCSP for client certificates: Go's crypto/tls leaves that to the program",
    'revocation: allow-list': 'mochi has no list of the certificates that may come in',
    'revocation: ocsp':
      "mochi has no OCSP for client certificates: Go's crypto/tls leaves that to the program",
    'revocation: crl-native':
      "mochi has no CRLs of the TLS library's own: its program looks serial numbers up in an index (crl-indexed)",
    'connectAuth: password-hash': 'mochi keeps passwords as they are, in memory (connectAuth memory)',
    'connectAuth: database': 'mochi looks no password up in a database',
    'connectAuth: certificate': 'mochi looks nobody up by the name in a certificate',
    'broker.crl.source: http': 'mochi fetches no CRL: its program reads a file (broker.crl.source: file)',
    'broker.onUnavailable: fail-open':
      'mochi looks at no date of a CRL, and goes on with the last that it has read',
    'broker.verifyOnResumption: true':
      'mochi looks at no CRL when a session is resumed, as most programs in Go do not',
    'broker.onRevocation: rotate-ticket-keys':
      'mochi changes the keys of session tickets once a day, and at no command',
    'broker.onRevocation: cut-sessions': 'mochi cuts no session of a certificate that has been revoked',
    'broker.slowdown': 'mochi cannot be made slower on purpose',
    'broker.limits': 'mochi limits neither connections a second nor handshakes in flight',
    'broker.authorization': 'mochi has no rules by what is in a certificate',
  },
  async start(order, signal) {
    const program = builtBroker(order, 'mochi', what, 'mochi');
    const port = await freePort(order.host, order.port);
    const configFile = join(order.workDir, 'mochi.json');
    const logFile = join(order.workDir, 'mochi.log');
    const ledgerFile = order.connectAuth === 'memory' ? join(order.workDir, 'ledger.json') : '';
    if (ledgerFile !== '') await writeLedger(ledgerFile, order.users);
    const configuration = {
      address: `${order.host}:${port}`,
      certFile: order.serverCertFile,
      keyFile: order.serverKeyFile,
      clientCaFile: order.clientCaFile,
      clientCertificates: order.clientCertificates,
      crlFile: order.revocation === 'none' ? '' : order.crlFile,
      sessionTickets: order.sessionTickets,
      minVersion: order.tlsVersions?.toSorted()[0] ?? '',
      maxVersion: order.tlsVersions?.toSorted().at(-1) ?? '',
      transport: order.transport,
      ledgerFile,
      authUrl: (order.connectAuth === 'webservice' && order.services.authUrl) || '',
    };
    await writeFile(configFile, `${JSON.stringify(configuration, null, 2)}\n`, { mode: 0o600 });
    const answered = (line: RegExp) => untilLogged(logFile, line, answerWithinMs, what);
    const introduced = answered(/^version (\S+) on (\S+)$/m);
    return startSpawned(
      {
        what,
        program,
        args: [configFile],
        port,
        logFile,
        readyWithinMs: 30_000,
        keepsakes: [
          { name: 'mochi.json', path: configFile },
          { name: 'mochi.log', path: logFile },
        ],
        version: async () => {
          const [, module, go] = await introduced();
          return `${what} ${module?.replace(/^v/, '')} on ${go}`;
        },
        prepareRound: async (pid) => {
          const collected = answered(/^collected$/m);
          process.kill(pid, 'SIGUSR1');
          await collected();
        },
        reloadRevocation: async (pid) => {
          const reloaded = answered(/^reloaded$/m);
          process.kill(pid, 'SIGHUP');
          await reloaded();
        },
      },
      order,
      signal,
    );
  },
};

/** User names and their password, as mochi keeps them: in the clear. Mode 0600. */
async function writeLedger(path: string, { clientIds, password }: TargetOrder['users']): Promise<void> {
  const ledger = Object.fromEntries(clientIds.map((name) => [name, password]));
  await writeFile(path, JSON.stringify(ledger), { mode: 0o600 });
}
