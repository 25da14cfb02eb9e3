import { makeCorpus } from '../pki/corpus.ts';
import { writePemFolder } from '../pki/export.ts';
import type { CorpusSpec } from '../pki/identity.ts';
import { vocabulary } from '../run/vocabulary.ts';
import { readScenario } from '../scenario/read.ts';
import { cacheDir } from './cache-dir.ts';
import { progressOn } from './progress.ts';
import { stopOnSignals } from './signals.ts';
import { UsageError } from './usage-error.ts';
