import { pathToFileURL } from 'node:url';
import { type AuthorizationRule, paddedRules } from '../../broker/index.ts';
import { purposes } from '../../pki/extensions.ts';
import type { TargetOrder } from '../target.ts';

/** The variable of the environment that holds the password of the key stores, which are made for one run. */
export const storePasswordName = 'CERTSTORM_STORE_PASSWORD';

/** HiveMQ's config.xml. The stores are made by targets/hivemq/ out of the PEM files of the corpus. */
export function hivemqConfiguration(order: TargetOrder, port: number): string {
  const { host, transport } = order;
  const address = `<port>${port}</port><bind-address>${xml(host)}</bind-address>`;
  const listeners = {
    tls: `<tls-tcp-listener>${address}${tls(order)}</tls-tcp-listener>`,
    wss: `<tls-websocket-listener>${address}<path>/mqtt</path>${tls(order)}</tls-websocket-listener>`,
    tcp: `<tcp-listener>${address}</tcp-listener>`,
  };
  return `<?xml version="1.0"?>
<!-- Written by certstorm for one run of its own. -->
<hivemq>
  <listeners>
    ${listeners[transport]}
  </listeners>
  <persistence><mode>in-memory</mode></persistence>
  <anonymous-usage-statistics><enabled>false</enabled></anonymous-usage-statistics>
</hivemq>
`;
}

function tls({ clientCertificates, workDir, tlsVersions }: TargetOrder): string {
  const store = (file: string) =>
    `<path>${xml(`${workDir}/${file}`)}</path><password>\${ENV:${storePasswordName}}</password>`;
  const protocols = tlsVersions?.map((version) => `<protocol>TLSv${version}</protocol>`).join('') ?? '';
  return `
      <tls>
        <keystore>${store('server.p12')}<private-key-password>\${ENV:${storePasswordName}}</private-key-password></keystore>
        <truststore>${store('clients.p12')}</truststore>
        ${protocols === '' ? '' : `<protocols>${protocols}</protocols>`}
        <client-authentication-mode>${clientCertificates === 'required' ? 'REQUIRED' : 'NONE'}</client-authentication-mode>
      </tls>
    `;
}

/** What targets/hivemq/ is told beside that: files, checks at CONNECT, rules of topics. */
export function hivemqOrder(order: TargetOrder, usersFile: string | null): string {
  const { workDir, serverCertFile, serverKeyFile, clientCaFile, clientCertificates, transport } = order;
  const authUrl = order.connectAuth === 'webservice' ? order.services.authUrl : null;
  return JSON.stringify(
    {
      ...{ folder: workDir, serverCertFile, serverKeyFile, clientCaFile },
      clientCertificates: transport === 'tcp' ? 'none' : clientCertificates,
      ...{ usersFile, authUrl, rules: rulesOf(order) },
    },
    null,
    2,
  );
}

/** Purposes by their object identifiers, for that is what certificates have. */
function rulesOf({ broker }: TargetOrder): AuthorizationRule[] | null {
  const rules = paddedRules(broker);
  return (
    rules?.map(({ when, ...grants }) => ({
      ...grants,
      when: {
        ...when,
        ...(when.extKeyUsage !== undefined && {
          extKeyUsage: purposes[when.extKeyUsage] ?? when.extKeyUsage,
        }),
      },
    })) ?? null
  );
}

/** What it says goes to its standard output, from INFO on; without a file of its own it would say everything. */
export const logbackConfiguration = `<configuration>
  <appender name="out" class="ch.qos.logback.core.ConsoleAppender">
    <encoder><pattern>%date %-5level %msg%n</pattern></encoder>
  </appender>
  <root level="INFO"><appender-ref ref="out"/></root>
</configuration>
`;

/** Options of the Java virtual machine: it is Java's own TLS that judges clients. */
export function javaOptions({ revocation, broker: { ocsp } }: TargetOrder, securityFile: string): string[] {
  if (revocation === 'none') return [];
  return [
    '-Dcom.sun.net.ssl.checkRevocation=true',
    // As a URL: of a path Java would make one without a care for the % in it.
    `-Djava.security.properties=${pathToFileURL(securityFile).href}`,
    ...(revocation === 'crl-native' ? ['-Dcom.sun.security.enableCRLDP=true'] : []),
    ...(revocation === 'ocsp'
      ? [
          // Whole seconds.
          `-Dcom.sun.security.ocsp.timeout=${Math.ceil(ocsp.timeoutMs / 1000)}`,
          `-Dcom.sun.security.ocsp.useget=${ocsp.method === 'GET'}`,
          `-Djdk.security.certpath.ocspNonce=${ocsp.nonce}`,
        ]
      : []),
  ];
}

/** Properties of java.security(5) laid over the system's. */
export function securityProperties({ revocation, services }: TargetOrder): string {
  return revocation === 'ocsp'
    ? `ocsp.enable=true\nocsp.responderURL=${services.ocspUrl ?? ''}\n`
    : 'ocsp.enable=false\n';
}

function xml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
