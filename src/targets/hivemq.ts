import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { BrokerTally } from '../broker/config.ts';
import { saltedHash } from '../pki/credentials/salted-hash.ts';
import { writeUsersFile } from '../pki/credentials/users-file.ts';
import { builtBroker } from './built-broker.ts';
import { requireProgram } from './find-program.ts';
import { freePort } from './free-port.ts';
import {
  hivemqConfiguration,
  hivemqOrder,
  javaOptions,
  logbackConfiguration,
  securityProperties,
  storePasswordName,
} from './hivemq/configuration.ts';
import { untilLogged } from './log-lines.ts';
import { passwordRecord } from './mosquitto/passwords.ts';
import { startSpawned } from './spawned.ts';
import type { OwnTargetKind, TargetOrder } from './target.ts';
import { TargetError } from './target-error.ts';

const what = 'HiveMQ CE';
const oldestJava = 17;

/** HiveMQ Community Edition in the small program of targets/hivemq/, on the system's Java. */
export const hivemq: OwnTargetKind = {
  kind: 'hivemq',
  revocation: ['none', 'crl-native', 'ocsp'],
  connectAuth: ['none', 'memory', 'password-hash', 'webservice'],
  transports: ['tls', 'wss', 'tcp'],
  sessionTickets: [true],
  crlSources: ['http'],
  heeds: ['authorization'],
  lacks: {
    'broker.crl.source: file':
      'hivemq reads no CRL from a file: Java fetches them from where certificates say (broker.crl.source: http, corpus.certificate.crlDistributionPoints, services.crl.port)',
    'corpus.certificate.crlDistributionPoints':
      'hivemq fetches CRLs from where certificates say, and these say nothing (corpus.certificate.crlDistributionPoints, services.crl.port)',
    'revocation: crl-indexed': 'hivemq has no index of revoked certificates',
    'revocation: ocsp-cached':
      'hivemq remembers no answer of an OCSP responder: Java asks about each client (ocsp)',
    'revocation: ocsp-stapled': 'hivemq asks clients for no stapled response',
    'revocation: allow-list': 'hivemq has no list of the certificates that may come in',
    'connectAuth: certificate':
      'hivemq takes a good certificate for who a client is and looks nobody up by it (connectAuth none)',
    'connectAuth: database':
      'hivemq looks no password up in a database without an extension that certstorm does not bring',
    'sessionTickets: false': 'hivemq has no option against session tickets, and Java 17 none in TLS 1.3',
    'broker.onUnavailable: fail-open':
      'hivemq is told to check revocation, and Java then turns everybody away of whom it learns nothing',
    'broker.verifyOnResumption: true':
      'hivemq looks at no certificate again when a session is resumed, and has no option to do so',
    'broker.onRevocation: rotate-ticket-keys': 'hivemq has no option to change the keys of session tickets',
    'broker.onRevocation: cut-sessions': 'hivemq cuts no session of a certificate that has been revoked',
    'broker.slowdown': 'hivemq cannot be made slower on purpose',
    'broker.limits': 'hivemq has limits of its own, which certstorm does not set',
  },
  async start(order, signal) {
    const program = builtBroker(order, 'hivemq', what, 'classes/CertificateExtension.class');
    const java = requireProgram('java', 'Java', 'hivemq');
    const javaVersion = await checkJava(java);
    const folder = join(program, '..', '..');
    const { workDir } = order;
    const port = await freePort(order.host, order.port);
    const [config, log, security, logFile] = [
      join(workDir, 'conf', 'config.xml'),
      join(workDir, 'logback.xml'),
      join(workDir, 'java.security'),
      join(workDir, 'hivemq.log'),
    ];
    await mkdir(join(workDir, 'conf'));
    const write = (file: string, text: string) => writeFile(file, text, { mode: 0o600 });
    await write(config, hivemqConfiguration(order, port));
    await write(log, logbackConfiguration);
    await write(security, securityProperties(order));
    const orderFile = join(workDir, 'order.json');
    await write(orderFile, hivemqOrder(order, await writeUsers(order)));
    let asked = 0;
    const answer = async (command: string, pattern: string, say: (line: string) => void) => {
      const number = ++asked;
      const answered = untilLogged(logFile, new RegExp(`^${pattern} ${number}$`, 'm'), 60_000, what);
      say(`${command} ${number}`);
      return answered();
    };
    const jars = [join(folder, 'classes'), join(folder, 'lib', '*')].join(':');
    return startSpawned(
      {
        what,
        program: java,
        args: [
          ...javaOptions(order, security),
          `-Dlogback.configurationFile=${log}`,
          `-Dhivemq.log.folder=${workDir}`,
          ...['-cp', jars, 'HiveMqTarget', orderFile],
        ],
        cwd: workDir,
        env: { ...process.env, [storePasswordName]: randomBytes(18).toString('base64url') },
        takesOrders: true,
        port,
        logFile,
        readyWithinMs: 60_000,
        // Its orderly end takes seconds, and nothing that it keeps is kept.
        abrupt: true,
        keepsakes: [
          { name: 'config.xml', path: config },
          { name: 'java.security', path: security },
          { name: 'order.json', path: orderFile },
          { name: 'hivemq.log', path: logFile },
        ],
        tuned: [
          'persistence: in-memory',
          'anonymous-usage-statistics: off',
          ...javaOptions(order, security).filter((option) => !option.includes('java.security')),
          ...(order.revocation === 'ocsp' ? ['ocsp.enable=true'] : []),
        ],
        remarks: [
          'Java compiles what runs often: a round after a short warm-up is slower than one after a long one',
          ...(order.revocation === 'crl-native'
            ? ['Java asks a distribution point for a newer CRL once in 30 s at most']
            : []),
          ...(order.connectAuth === 'password-hash'
            ? [
                'its passwords are hashed by PBKDF2 with SHA-512, 101 iterations, whatever broker.password says',
              ]
            : []),
        ],
        version: () => `${what} ${versionOf(folder)} on Java ${javaVersion}`,
        async prepareRound(_pid, say) {
          await answer('collect', 'collected', say);
        },
        async counts(say) {
          const [, told = '[]'] = await answer('count', 'counted (.*)', say);
          const tallies = JSON.parse(told) as BrokerTally[];
          // Java's TLS tells nobody whom it has refused, and of some operations (to publish below `$`) no extension is asked.
          return { tallies, blindTo: ['tls', 'authorization'], connections: null, pending: null };
        },
      },
      order,
      signal,
    );
  },
};

/** By the name of its jar: what it calls itself when it is embedded is "Development Snapshot". */
function versionOf(folder: string): string {
  const names = readdirSync(join(folder, 'lib')).map(
    (name) => /^hivemq-community-edition-embedded-(.+)\.jar$/.exec(name)?.[1],
  );
  return names.find((version) => version !== undefined) ?? 'of unknown version';
}

/** Throws TargetError where it is too old, or does not run. */
async function checkJava(java: string): Promise<string> {
  const { stderr } = await promisify(execFile)(java, ['-version']);
  const version = /version "([^"]+)"/.exec(stderr)?.[1] ?? 'of unknown version';
  // Up to 8 they counted 1.8.
  const major = Number(/^(?:1\.)?(\d+)/.exec(version)?.[1]);
  if (major >= oldestJava) return version;
  throw new TargetError(
    'ERR_TARGET_JAVA',
    `${what} needs Java ${oldestJava} or later, and ${java} is Java ${version}: put a later one first on the PATH`,
  );
}

/** Null where no password is looked at. All share one record, for what is measured is the check. */
async function writeUsers({ connectAuth, users, workDir }: TargetOrder): Promise<string | null> {
  const { clientIds, password } = users;
  if (connectAuth !== 'memory' && connectAuth !== 'password-hash') return null;
  const record = connectAuth === 'memory' ? saltedHash(password) : await passwordRecord(password);
  const file = join(workDir, 'users.json');
  await writeUsersFile(file, new Map(clientIds.map((clientId) => [clientId, record])));
  return file;
}
