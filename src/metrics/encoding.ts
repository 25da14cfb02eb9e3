import { decodeFromCompressedBase64, encodeIntoCompressedBase64, type Histogram } from 'hdr-histogram-js';

/** HdrHistogram's V2 compressed encoding in base64, as every HdrHistogram reader takes it. */
export function encodeHistogram(histogram: Histogram): string {
  const encoded = Buffer.from(encodeIntoCompressedBase64(histogram), 'base64');
  // The library hands over its whole buffer; cookie (4), length (4) and that many bytes are the histogram.
  return encoded.subarray(0, 8 + encoded.readInt32BE(4)).toString('base64');
}

/** The histogram of `encodeHistogram`, microseconds. Throws the library's error when the text is none. */
export function decodeHistogram(text: string): Histogram {
  return decodeFromCompressedBase64(text, 32, false);
}
