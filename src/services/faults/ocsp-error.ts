import { type ErrorStatus, responseStatuses } from '../../pki/ocsp/index.ts';
import { ServiceError } from '../service-error.ts';
import type { Fault } from './fault.ts';

const isErrorStatus = (word: string): word is ErrorStatus =>
  word !== 'successful' && Object.hasOwn(responseStatuses, word);

export const ocspError: Fault = {
  name: 'ocsp-error',
  describe: 'an error status of OCSP (RFC 6960 4.2.1)',
  value: 'tryLater (default), internalError, malformedRequest, sigRequired or unauthorized',
  services: ['ocsp'],
  prepare(value = 'tryLater') {
    if (!isErrorStatus(value))
      throw new ServiceError('ERR_SERVICE_FAULT', `ocsp-error: "${value}" is none of ${ocspError.value}`);
    return { ocspError: value };
  },
};
