import { makeCorpus } from '../../src/pki/index.ts';
import { everydayDefects } from './specs.ts';

/** A process of its own that makes a corpus: `make-corpus.ts CACHE IDENTITIES`, prints what came of it. */
process.umask(0);
const [cacheDir = '', identities = '1'] = process.argv.slice(2);
const corpus = await makeCorpus(everydayDefects(Number(identities)), { cacheDir, threads: 1 });
const leaves = corpus.cohorts.flatMap(({ identities: all }) => all.map(({ chain }) => chain[0]?.length ?? 0));
process.stdout.write(JSON.stringify({ dir: corpus.dir, crlFile: corpus.crlFile, made: corpus.made, leaves }));
