import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { requireProgram } from './find-program.ts';
import { freePort } from './free-port.ts';
import { mosquittoConfiguration, mosquittoOpenssl } from './mosquitto/configuration.ts';
import { MosquittoLog } from './mosquitto/log.ts';
import { writeMosquittoPasswords } from './mosquitto/passwords.ts';
import { probe } from './probe.ts';
import { startSpawned } from './spawned.ts';
import type { OwnTargetKind, TargetOrder } from './target.ts';
import { TargetError } from './target-error.ts';

const what = 'Mosquitto';

/** How long a CRL may take to be read again: a million entries took 2.6 s. */
const reloadWithinMs = 60_000;

/** Eclipse Mosquitto, the system's package; tried with 2.0. */
export const mosquitto: OwnTargetKind = {
  kind: 'mosquitto',
  revocation: ['none', 'crl-native'],
  connectAuth: ['none', 'password-hash'],
  transports: ['tls', 'wss', 'tcp'],
  crlSources: ['file'],
  heeds: [],
  lacks: {
    'revocation: ocsp': 'mosquitto has no OCSP for client certificates',
    'revocation: ocsp-cached': 'mosquitto has no OCSP for client certificates',
    'revocation: ocsp-stapled': 'mosquitto has no OCSP for client certificates',
    'revocation: allow-list': 'mosquitto has no list of the certificates that may come in',
    'revocation: crl-indexed':
      'mosquitto has no index of revoked certificates: OpenSSL goes through its CRL (crl-native)',
    'connectAuth: memory': 'mosquitto knows passwords by its file of hashes alone (password-hash)',
    'connectAuth: certificate':
      'mosquitto takes the name in a good certificate for a user and looks nobody up by it (connectAuth none)',
    'connectAuth: database':
      'mosquitto looks no password up in a database without a plugin that certstorm does not bring',
    'connectAuth: webservice': 'mosquitto asks no webservice without a plugin that certstorm does not bring',
    'broker.crl.source: http':
      'mosquitto fetches no CRL: it reads a file, again when it is told to (broker.crl.source: file)',
    'broker.onUnavailable: fail-open':
      'mosquitto turns everybody away whose CRL is missing or has run out, and has no option to do otherwise',
    'broker.verifyOnResumption: true':
      'mosquitto looks at no certificate again when a session is resumed, and has no option to do so',
    'broker.onRevocation: rotate-ticket-keys':
      'mosquitto has no option to change the keys of session tickets',
    'broker.onRevocation: cut-sessions': 'mosquitto cuts no session of a certificate that has been revoked',
    'broker.handshakeTimeout': 'mosquitto has no time limit for a handshake or a CONNECT of its own',
    'broker.slowdown': 'mosquitto cannot be made slower on purpose',
    'broker.limits': 'mosquitto limits neither connections a second nor handshakes in flight',
    'broker.authorization': 'mosquitto has no rules by what is in a certificate',
  },
  async start(order, signal) {
    const program = requireProgram('mosquitto', what, 'mosquitto');
    const port = await freePort(order.host, order.port);
    const idlePort = order.transport === 'wss' ? await freePort(order.host, 0) : null;
    const configFile = join(order.workDir, 'mosquitto.conf');
    const logFile = join(order.workDir, 'mosquitto.log');
    const passwordFile = order.connectAuth === 'password-hash' ? join(order.workDir, 'passwords') : null;
    if (passwordFile !== null) await writeMosquittoPasswords(passwordFile, order.users);
    await writeFile(configFile, mosquittoConfiguration(order, { port, idlePort, passwordFile }), {
      mode: 0o600,
    });
    const opensslFile = join(order.workDir, 'openssl.cnf');
    const openssl = mosquittoOpenssl(order);
    if (openssl !== null) await writeFile(opensslFile, openssl, { mode: 0o600 });
    const log = new MosquittoLog(logFile);
    return startSpawned(
      {
        what,
        program,
        args: ['-c', configFile],
        ...(openssl !== null && { env: { ...process.env, OPENSSL_CONF: opensslFile } }),
        port,
        logFile,
        // A CRL of a million entries is read before it listens.
        readyWithinMs: 30_000,
        keepsakes: [
          { name: 'mosquitto.conf', path: configFile },
          ...(openssl === null ? [] : [{ name: 'openssl.cnf', path: opensslFile }]),
          { name: 'mosquitto.log', path: logFile },
        ],
        tuned: ['set_tcp_nodelay true', 'persistence false', ...(openssl === null ? [] : optionsOf(openssl))],
        remarks: [
          ...(passwordFile === null
            ? []
            : [
                'its passwords are hashed as it does: PBKDF2 with SHA-512, 101 iterations, whatever broker.password says',
              ]),
        ],
        version: () => `${what} ${log.version ?? 'of unknown version'}`,
        // Of a WebSocket it logs nothing before CONNECT.
        ...(order.transport !== 'wss' && { counts: () => log.counts() }),
        reloadRevocation: (pid) => reload(pid, log, order, port),
      },
      order,
      signal,
    );
  },
};

/** The lines of openssl.cnf that are options. */
function optionsOf(openssl: string): string[] {
  return openssl.split('\n').filter((line) => /^(Options|NumTickets|M..Protocol) = /.test(line));
}

/**
 * SIGHUP makes it read its files again, within one turn of its only thread, in which it says so first: a handshake that is answered after
 * those words is answered by what was read.
 */
async function reload(pid: number, log: MosquittoLog, order: TargetOrder, port: number): Promise<void> {
  const before = log.reloads;
  process.kill(pid, 'SIGHUP');
  const deadline = performance.now() + reloadWithinMs;
  while (log.reloads === before) {
    if (performance.now() > deadline) {
      throw new TargetError(
        'ERR_TARGET_RELOAD',
        `${what} did not read its files again when it was asked to (SIGHUP)`,
      );
    }
    await delay(5);
  }
  const { host, transport } = order;
  const answer = await probe({ host, port, transport, serverName: 'localhost', timeoutMs: reloadWithinMs });
  if (answer.state === 'ready') return;
  throw new TargetError(
    'ERR_TARGET_RELOAD',
    `${what} does not answer after it has read its files again: ${answer.reason}`,
  );
}
