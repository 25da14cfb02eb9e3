import {
  type Agreement,
  countAgreement,
  type NegotiatedCounts,
  noneNegotiated,
  readAgreement,
  writeAgreement,
} from './agreement.ts';
import {
  agreementSlots,
  counter,
  detailBytes,
  overflowAgreement,
  type RecorderViews,
} from './recorder-layout.ts';

/** The part of a recorder that counts what was negotiated. */
export class AgreementRecorder {
  readonly #views: RecorderViews;
  readonly #slots = new Map<Agreement, number>();

  constructor(views: RecorderViews) {
    this.#views = views;
  }

  count(cohort: number, agreement: Agreement): void {
    const { agreements } = this.#views;
    const slot = this.#slots.get(agreement) ?? this.#announce(agreement);
    const cell = cohort * agreementSlots + slot;
    agreements[cell] = (agreements[cell] ?? 0) + 1;
  }

  /** The text is in place before the number of agreements says so: a reader never sees half of one. */
  #announce(agreement: Agreement): number {
    const { counters, agreementHeads, agreementTexts } = this.#views;
    const announced = counters[counter.agreements] ?? 0;
    if (announced >= agreementSlots - 1) return agreementSlots - 1;
    const text = Buffer.from(writeAgreement(agreement)).subarray(0, detailBytes);
    agreementTexts.set(text, announced * detailBytes);
    agreementHeads[announced] = text.length;
    Atomics.store(counters, counter.agreements, announced + 1);
    this.#slots.set(agreement, announced);
    return announced;
  }
}

export function readNegotiated(views: RecorderViews, cohort: number): NegotiatedCounts {
  const counts = noneNegotiated();
  const times = (slot: number): number => views.agreements[cohort * agreementSlots + slot] ?? 0;
  const announced = views.counters[counter.agreements] ?? 0;
  for (let slot = 0; slot < announced; slot++) {
    const start = slot * detailBytes;
    const text = views.agreementTexts.slice(start, start + (views.agreementHeads[slot] ?? 0));
    countAgreement(counts, readAgreement(Buffer.from(text).toString('utf8')), times(slot));
  }
  countAgreement(counts, overflowAgreement, times(agreementSlots - 1));
  return counts;
}
