import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { builtBroker } from './built-broker.ts';
import { requireProgram } from './find-program.ts';
import { freePort } from './free-port.ts';
import {
  hivemqConfiguration,
  javaOptions,
  logbackConfiguration,
  securityProperties,
  storePasswordName,
} from './hivemq/configuration.ts';
import { untilLogged } from './log-lines.ts';
import { startSpawned } from './spawned.ts';
import type { OwnTargetKind } from './target.ts';
import { TargetError } from './target-error.ts';

const what = 'HiveMQ CE';
const oldestJava = 17;

/** HiveMQ Community Edition in the small program of targets/hivemq/, on the system's Java. */
export const hivemq: OwnTargetKind = {
  kind: 'hivemq',
  revocation: ['none', 'ocsp'],
  connectAuth: ['none'],
  transports: ['tls'],
  sessionTickets: [true],
  lacks: {
    'revocation: crl-native':
      'hivemq reads no CRL from a file: Java fetches CRLs from where certificates say, if at all',
    'revocation: crl-indexed': 'hivemq has no index of revoked certificates',
    'connectAuth: password-hash':
      'hivemq has no file of hashed passwords without an extension that certstorm does not bring',
    'connectAuth: database':
      'hivemq looks no password up in a database without an extension that certstorm does not bring',
    'connectAuth: webservice': 'hivemq asks no webservice without an extension that certstorm does not bring',
    'sessionTickets: false': 'hivemq has no option against session tickets',
  },
  async start(order, signal) {
    const program = builtBroker(order, 'hivemq', what, 'classes/HiveMqTarget.class');
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
    const jars = [join(folder, 'classes'), join(folder, 'lib', '*')].join(':');
    return startSpawned(
      {
        what,
        program: java,
        args: [
          ...javaOptions(order, security),
          `-Dlogback.configurationFile=${log}`,
          `-Dhivemq.log.folder=${workDir}`,
          ...['-cp', jars, 'HiveMqTarget'],
          ...[
            workDir,
            order.serverCertFile,
            order.serverKeyFile,
            order.clientCaFile,
            order.clientCertificates,
          ],
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
          { name: 'hivemq.log', path: logFile },
        ],
        remarks: [
          'Java compiles what runs often: a round after a short warm-up is slower than one after a long one',
        ],
        version: () => `${what} ${versionOf(folder)} on Java ${javaVersion}`,
        async prepareRound(_pid, say) {
          const collected = untilLogged(logFile, /^collected/m, 60_000, what);
          say('collect');
          await collected();
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
