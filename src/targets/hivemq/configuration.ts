import type { TargetOrder } from '../target.ts';

/** The variable of the environment that holds the password of the key stores, which are made for one run. */
export const storePasswordName = 'CERTSTORM_STORE_PASSWORD';

/** HiveMQ's config.xml. The stores are made by targets/hivemq/ out of the PEM files of the corpus. */
export function hivemqConfiguration(
  { host, clientCertificates, workDir }: TargetOrder,
  port: number,
): string {
  const store = (file: string) =>
    `<path>${xml(`${workDir}/${file}`)}</path><password>\${ENV:${storePasswordName}}</password>`;
  return `<?xml version="1.0"?>
<!-- Written by certstorm for one run of its own. -->
<hivemq>
  <listeners>
    <tls-tcp-listener>
      <port>${port}</port>
      <bind-address>${xml(host)}</bind-address>
      <tls>
        <keystore>${store('server.p12')}<private-key-password>\${ENV:${storePasswordName}}</private-key-password></keystore>
        <truststore>${store('clients.p12')}</truststore>
        <client-authentication-mode>${clientCertificates === 'required' ? 'REQUIRED' : 'NONE'}</client-authentication-mode>
      </tls>
    </tls-tcp-listener>
  </listeners>
  <persistence><mode>in-memory</mode></persistence>
  <anonymous-usage-statistics><enabled>false</enabled></anonymous-usage-statistics>
</hivemq>
`;
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
export function javaOptions({ revocation }: TargetOrder, securityFile: string): string[] {
  return revocation === 'ocsp'
    ? ['-Dcom.sun.net.ssl.checkRevocation=true', `-Djava.security.properties=${securityFile}`]
    : [];
}

/** Properties of java.security(5) laid over the system's. */
export function securityProperties({ services }: TargetOrder): string {
  return `ocsp.enable=true\nocsp.responderURL=${services.ocspUrl ?? ''}\n`;
}

function xml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
