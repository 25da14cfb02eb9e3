import { access, constants, readFile } from 'node:fs/promises';
import { BrokerError, codeOf, messageOf } from './broker-error.ts';

/** Reads a file that the configuration names. Throws BrokerError saying which. */
export async function readConfigFile(what: string, path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw unreadable(what, path, error);
  }
}

/** For a file that another thread will read. Throws BrokerError as `readConfigFile` does. */
export async function expectReadable(what: string, path: string): Promise<void> {
  try {
    await access(path, constants.R_OK);
  } catch (error) {
    throw unreadable(what, path, error);
  }
}

function unreadable(what: string, path: string, error: unknown): BrokerError {
  return new BrokerError(
    'ERR_BROKER_FILE',
    `the broker's ${what} ${path} can't be read (${codeOf(error) || messageOf(error)}): check that it is there and readable`,
    { cause: error },
  );
}
