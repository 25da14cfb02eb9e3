import { driverAsked } from './driver-asked.ts';
import { valueAt } from './layers.ts';
import { type Path, showValue } from './place.ts';
import type { Fault } from './shape.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Mistakes of cohorts that send the messages of the handshake in a wrong order. */
export function messageOrderFaults(data: unknown, vocabulary: Vocabulary): Fault[] {
  const cohorts = valueAt(data, ['cohorts']);
  if (!Array.isArray(cohorts)) return [];
  const asked = (valueAt(data, ['target', 'clientCertificates']) ?? 'required') === 'required';
  return cohorts.flatMap((cohort, index) => {
    const order = vocabulary.messageOrders?.find(({ name }) => name === valueAt(cohort, ['messageOrder']));
    if (order === undefined) return [];
    const at: Path = ['cohorts', index];
    return [
      ...driverFaults(cohort, at, order.driver, vocabulary),
      ...clashes(cohort, at, vocabulary),
      ...(asked ? [] : [unaskedFault(at)]),
    ];
  });
}

function driverFaults(cohort: unknown, at: Path, able: string, vocabulary: Vocabulary): Fault[] {
  const driver = driverAsked(cohort, vocabulary);
  if (driver === able || !vocabulary.drivers.some((each) => each === driver)) return [];
  const message = `driver ${showValue(driver)} sends its messages in the right order only`;
  return [{ path: [...at, 'driver'], message, expected: `${able}, or no driver` }];
}

/** Fields that leave no order to be wrong, or a second thing for the broker to object to. */
function clashes(cohort: unknown, at: Path, { defects }: Vocabulary): Fault[] {
  const faults: Fault[] = [];
  const fault = (field: string, message: string) =>
    faults.push({
      path: [...at, field],
      message,
      part: 'key',
      expected: 'no messageOrder, or no such field',
    });
  const defect = defects.find(({ name }) => name === valueAt(cohort, ['defect']));
  if (defect?.driver !== undefined || defect?.certificate === false)
    fault('defect', `the handshake of ${showValue(defect.name)} lacks or spoils a message already`);
  if (valueAt(cohort, ['stopAfter']) !== undefined)
    fault('stopAfter', 'clients that fall silent do not come to a wrong message');
  if ((valueAt(cohort, ['resumption']) ?? 'none') !== 'none')
    fault('resumption', 'clients whose handshake is refused are given no ticket');
  return faults;
}

function unaskedFault(at: Path): Fault {
  return {
    path: [...at, 'messageOrder'],
    part: 'key',
    message:
      'where target.clientCertificates is none the clients send no certificate, so that few messages are left',
    expected: 'target.clientCertificates required',
  };
}
