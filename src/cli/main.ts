import { CommanderError } from 'commander';
import { exitCodes } from '../gate/exit-codes.ts';
import { exitCodeOf, explain } from './failure.ts';
import { program } from './program.ts';

// A reader that goes away (`| head`) is no failure of the run: what is still to print has no one to read it.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

try {
  await program().parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    // Commander has printed its sentence; asking for help or the version is no mistake.
    process.exitCode = error.exitCode === 0 ? exitCodes.good : exitCodes.badScenario;
  } else {
    process.stderr.write(`${explain(error)}\n`);
    process.exitCode = exitCodeOf(error);
  }
}
