import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cacheDir } from '../../src/cli/cache-dir.ts';
import type { OwnTarget, OwnTargetKind, TargetOrder } from '../../src/targets/target.ts';
import { TargetError } from '../../src/targets/target-error.ts';
import { orderFor } from '../broker/test-broker.ts';
import { attemptConnect, clientOptions } from '../broker/test-client.ts';
import { type ClientName, makeTestPki, type TestPki } from '../broker/test-pki.ts';
import { processesNaming } from '../cli/certstorm.ts';

type Claim = {
  claim: string;
  changes: Partial<TargetOrder>;
  check(broker: OwnTarget, pki: TestPki): Promise<void>;
};

/** What every broker must do that certstorm starts, checked on the broker itself; skipped by name where it is not installed. */
export function describeBroker(
  kind: OwnTargetKind,
  {
    revocation,
    alerts,
    version,
    also = [],
  }: {
    revocation: string;
    alerts: Partial<Record<ClientName, RegExp>>;
    version: RegExp;
    /** Claims about the broker started otherwise. */
    also?: readonly Claim[];
  },
): void {
  describe(`${kind.kind} (skipped where it is not installed: npm run brokers:install -- ${kind.kind})`, () => {
    let pki: TestPki;
    let broker: OwnTarget | undefined;

    /** Undefined where it is not installed. */
    function start(changes: Partial<TargetOrder>, workDir: string): Promise<OwnTarget | undefined> {
      mkdirSync(workDir, { mode: 0o700 });
      const { cert, key } = pki.clients.good;
      const order = orderFor(pki, {
        users: { clientIds: Object.keys(pki.clients), password: '' },
        serverCaFile: pki.caFile,
        brokersDir: join(cacheDir(), 'brokers'),
        probe: {
          clientId: 'good',
          certificatePem: cert.toString('latin1'),
          keyPem: key.toString('latin1'),
          password: null,
        },
        ...changes,
        workDir,
      });
      return kind.start(order).catch((error: unknown) => {
        if (error instanceof TargetError && error.code === 'ERR_TARGET_NOT_INSTALLED') return undefined;
        throw error;
      });
    }

    beforeAll(async () => {
      pki = makeTestPki();
      broker = await start({ revocation }, join(pki.dir, 'broker'));
    }, 120_000);

    afterAll(async () => {
      await broker?.stop();
      expect(processesNaming(pki.dir)).toEqual([]);
      pki.remove();
    });

    for (const [index, { claim, changes, check }] of also.entries()) {
      test(claim, async (context) => {
        const other = await start(changes, join(pki.dir, `broker-${index}`));
        if (other === undefined) return context.skip('it is not installed');
        try {
          await check(other, pki);
        } finally {
          await other.stop();
        }
      });
    }

    test('judges clients in the handshake, is measured, and tells what it is', async (context) => {
      if (broker === undefined) return context.skip('it is not installed');
      const { address } = broker;
      const attempt = (client: ClientName | null) =>
        attemptConnect(address, {
          ...clientOptions(pki, client === null ? null : pki.clients[client]),
          clientId: client ?? 'nobody',
        });
      expect(broker.version).toMatch(version);
      await broker.prepareRound();
      const before = await broker.snapshot();
      expect(await attempt('good')).toBe(0);
      for (const [client, alert] of Object.entries(alerts) as [ClientName, RegExp][])
        expect(`${client} ${await attempt(client)}`).toMatch(alert);
      expect(String(await attempt(null))).toMatch(/^error ERR_SSL_\S*ALERT/);
      const after = await broker.snapshot();
      expect(after.cpuUserMs + after.cpuSystemMs).toBeGreaterThanOrEqual(
        before.cpuUserMs + before.cpuSystemMs,
      );
      expect(after.rssBytes).toBeGreaterThan(2 ** 20);
      expect(broker.keepsakes.map(({ name }) => name)).not.toContain('server.key');
    });
  });
}
