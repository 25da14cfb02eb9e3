import { badSignature } from './bad-signature.ts';
import { berLength } from './ber-length.ts';
import { caAsLeaf } from './ca-as-leaf.ts';
import { controlCharactersInSubject } from './control-characters-in-subject.ts';
import { corruptedCertificateVerify } from './corrupted-certificate-verify.ts';
import type { Defect } from './defect.ts';
import { duplicateExtension } from './duplicate-extension.ts';
import { emptyCertificateList } from './empty-certificate-list.ts';
import { emptySubject } from './empty-subject.ts';
import { endsWithinRun } from './ends-within-run.ts';
import { expired } from './expired.ts';
import { fractionalSeconds } from './fractional-seconds.ts';
import { generalizedTimeBefore2050 } from './generalized-time-before-2050.ts';
import { hugeSubject } from './huge-subject.ts';
import { hundredCertificates } from './hundred-certificates.ts';
import { indefiniteLength } from './indefinite-length.ts';
import { leafAsCa } from './leaf-as-ca.ts';
import { md5Signature } from './md5-signature.ts';
import { mismatchedKey } from './mismatched-key.ts';
import { missingIntermediate } from './missing-intermediate.ts';
import { nameConstraintViolated } from './name-constraint-violated.ts';
import { negativeSerial } from './negative-serial.ts';
import { noCertificate } from './no-certificate.ts';
import { noCertificateVerify } from './no-certificate-verify.ts';
import { none } from './none.ts';
import { notYetValid } from './not-yet-valid.ts';
import { nulInSubject } from './nul-in-subject.ts';
import { overlongSerial } from './overlong-serial.ts';
import { pathLengthExceeded } from './path-length-exceeded.ts';
import { randomBytes } from './random-bytes.ts';
import { rekeyedCa } from './rekeyed-ca.ts';
import { releasedFromHold } from './released-from-hold.ts';
import { repeatedCertificate } from './repeated-certificate.ts';
import { revoked } from './revoked.ts';
import { revokedAaCompromise } from './revoked-aa-compromise.ts';
import { revokedAffiliationChanged } from './revoked-affiliation-changed.ts';
import { revokedCaCompromise } from './revoked-ca-compromise.ts';
import { revokedCertificateHold } from './revoked-certificate-hold.ts';
import { revokedCessationOfOperation } from './revoked-cessation-of-operation.ts';
import { revokedKeyCompromise } from './revoked-key-compromise.ts';
import { revokedPrivilegeWithdrawn } from './revoked-privilege-withdrawn.ts';
import { revokedSuperseded } from './revoked-superseded.ts';
import { revokedUnspecified } from './revoked-unspecified.ts';
import { rtlInSubject } from './rtl-in-subject.ts';
import { sameCaName } from './same-ca-name.ts';
import { scriptInSubject } from './script-in-subject.ts';
import { selfSigned } from './self-signed.ts';
import { sha1Signature } from './sha1-signature.ts';
import { sharedSerial } from './shared-serial.ts';
import { signatureAlgorithmMismatch } from './signature-algorithm-mismatch.ts';
import { timeWithOffset } from './time-with-offset.ts';
import { timeWithoutSeconds } from './time-without-seconds.ts';
import { trailingBytes } from './trailing-bytes.ts';
import { truncated10 } from './truncated-10.ts';
import { truncated20 } from './truncated-20.ts';
import { truncated30 } from './truncated-30.ts';
import { truncated40 } from './truncated-40.ts';
import { truncated50 } from './truncated-50.ts';
import { truncated60 } from './truncated-60.ts';
import { truncated70 } from './truncated-70.ts';
import { truncated80 } from './truncated-80.ts';
import { truncated90 } from './truncated-90.ts';
import { unknownCa } from './unknown-ca.ts';
import { unknownCriticalExtension } from './unknown-critical-extension.ts';
import { weakRsa } from './weak-rsa.ts';
import { wrongEku } from './wrong-eku.ts';
import { wrongKeyUsage } from './wrong-key-usage.ts';
import { x509V1 } from './x509-v1.ts';
import { x509V1WithExtensions } from './x509-v1-with-extensions.ts';
import { zeroLengthCertificate } from './zero-length-certificate.ts';
import { zeroSerial } from './zero-serial.ts';

/** Every defect a cohort can have, `none` first. */
export const defects: readonly Defect[] = [
  none,
  expired,
  notYetValid,
  endsWithinRun,
  revoked,
  revokedUnspecified,
  revokedKeyCompromise,
  revokedCaCompromise,
  revokedAffiliationChanged,
  revokedSuperseded,
  revokedCessationOfOperation,
  revokedCertificateHold,
  revokedPrivilegeWithdrawn,
  revokedAaCompromise,
  releasedFromHold,
  unknownCa,
  selfSigned,
  sameCaName,
  rekeyedCa,
  missingIntermediate,
  badSignature,
  signatureAlgorithmMismatch,
  sha1Signature,
  md5Signature,
  weakRsa,
  wrongKeyUsage,
  wrongEku,
  caAsLeaf,
  leafAsCa,
  pathLengthExceeded,
  nameConstraintViolated,
  unknownCriticalExtension,
  duplicateExtension,
  zeroSerial,
  negativeSerial,
  overlongSerial,
  sharedSerial,
  x509V1,
  x509V1WithExtensions,
  generalizedTimeBefore2050,
  timeWithoutSeconds,
  timeWithOffset,
  fractionalSeconds,
  emptySubject,
  nulInSubject,
  controlCharactersInSubject,
  rtlInSubject,
  scriptInSubject,
  hugeSubject,
  berLength,
  indefiniteLength,
  trailingBytes,
  truncated10,
  truncated20,
  truncated30,
  truncated40,
  truncated50,
  truncated60,
  truncated70,
  truncated80,
  truncated90,
  randomBytes,
  noCertificate,
  emptyCertificateList,
  zeroLengthCertificate,
  noCertificateVerify,
  corruptedCertificateVerify,
  mismatchedKey,
  repeatedCertificate,
  hundredCertificates,
];
