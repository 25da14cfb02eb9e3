import {
  databaseNames,
  passwordAlgorithms,
  requestFormatNames,
  unknownPlaceholder,
} from '../broker/index.ts';
import { checkRoundMetric } from '../gate/round-figures.ts';
import { checkThreshold } from '../gate/thresholds.ts';
import { algorithms, crlDefects, crlKinds, defects } from '../pki/index.ts';
import type { Vocabulary } from '../scenario/vocabulary.ts';
import { checkFault } from '../services/index.ts';
import { driverNames, drivers } from '../storm/drivers/index.ts';
import { targets } from '../targets/index.ts';
import { corpusMistake } from './corpus-spec.ts';

/** What the rooms below can do, in the words that a scenario may use: the scenario's reader knows no other room by itself. */
export const vocabulary: Vocabulary = {
  defects: defects.map(({ name, describe, certificate, revoked, driver }) => ({
    name,
    describe,
    certificate,
    revoked: revoked !== undefined,
    ...(driver === 'wire' && { driver }),
  })),
  crlKinds: crlKinds.map(({ name, describe }) => ({ name, describe })),
  crlDefects: crlDefects.map(({ name, describe }) => ({ name, describe })),
  algorithms: algorithms.map(({ name }) => name),
  targets,
  drivers: driverNames,
  slowDrivers: drivers.filter(({ slow }) => slow === true).map(({ name }) => name),
  messageOrders: drivers.flatMap(({ name: driver, messageOrders = [] }) =>
    messageOrders.map(({ name, description, clause }) => ({
      name,
      driver,
      describe: `${description} (RFC 8446, ${clause})`,
    })),
  ),
  driverTransports: Object.fromEntries(drivers.map(({ name, transports }) => [name, transports])),
  connectAuth: { passwordAlgorithms, databases: databaseNames, requestFormats: requestFormatNames },
  unknownPlaceholder,
  checkFault,
  checkThreshold,
  checkRoundMetric,
  checkCorpus: corpusMistake,
};
