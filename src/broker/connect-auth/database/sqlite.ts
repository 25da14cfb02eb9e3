import { chmodSync } from 'node:fs';
import type { DatabaseKind } from './database-kind.ts';
import { everyTopic } from './database-kind.ts';

/**
 * SQLite by node:sqlite, a file in the broker's folder: `table` is its path. The lookup runs on the broker's event loop, in the broker's
 * CPU time.
 */
export const sqlite: DatabaseKind = {
  name: 'sqlite',
  defaultUrl: null,
  async fill(_url, table, users) {
    const { DatabaseSync } = await import('node:sqlite');
    const database = new DatabaseSync(table);
    try {
      chmodSync(table, 0o600);
      database.exec(
        `PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
         CREATE TABLE users (name TEXT PRIMARY KEY, record TEXT NOT NULL) WITHOUT ROWID;
         CREATE TABLE acls (name TEXT PRIMARY KEY, publish TEXT NOT NULL, subscribe TEXT NOT NULL) WITHOUT ROWID;
         BEGIN`,
      );
      const user = database.prepare('INSERT INTO users VALUES (?, ?)');
      const acl = database.prepare('INSERT INTO acls VALUES (?, ?, ?)');
      const topics = JSON.stringify(everyTopic);
      for (const [name, record] of users) {
        user.run(name, record);
        acl.run(name, topics, topics);
      }
      database.exec('COMMIT; ANALYZE');
    } finally {
      database.close();
    }
  },
  // The folder goes with the target.
  drop: async () => undefined,
  async open(_url, table) {
    const { DatabaseSync } = await import('node:sqlite');
    const database = new DatabaseSync(table, { readOnly: true });
    const select = database.prepare(
      'SELECT u.record, a.publish, a.subscribe FROM users u JOIN acls a USING (name) WHERE u.name = ?',
    );
    return {
      lookup(name) {
        const row = select.get(name);
        if (row === undefined) return null;
        return {
          record: String(row.record),
          publish: JSON.parse(String(row.publish)),
          subscribe: JSON.parse(String(row.subscribe)),
        };
      },
      close: async () => database.close(),
    };
  },
};
