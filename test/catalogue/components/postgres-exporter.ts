import type { Component } from '../component.ts';
import type { Place } from '../place.ts';

/** Off by default. */
const collectors = [
  'database_wraparound',
  'long_running_transactions',
  'postmaster',
  'process_idle',
  'stat_activity_autovacuum',
  'stat_checkpointer',
  'stat_statements',
  'stat_wal_receiver',
  'statio_user_indexes',
  'xlog_location',
];
const superuser = 'postgresql://postgres:secret@';

export const postgresExporter: Component = {
  name: 'postgres-exporter',
  captured: `before a PostgreSQL with tables, traffic, archiving and a replica, and before the replica, with the collectors ${collectors.join(', ')} besides the default ones`,
  versionOf: 'postgres_exporter_build_info',
  images: ['servers', 'postgres-exporter'],
  async scrape(place) {
    const primary = await place.start({ alias: 'primary', image: 'servers', port: 5432, command: primaryServer });
    await primary.exec(`psql ${superuser}127.0.0.1/postgres -v ON_ERROR_STOP=1 -qc "${traffic}"`);
    await place.start({ alias: 'replica', image: 'servers', port: 5432, command: replicaServer });
    await primary.exec(
      `for i in $(seq 100); do test "$(psql ${superuser}127.0.0.1/postgres -Atc 'select count(*) from pg_stat_replication')" = 1 && exit 0; sleep 0.2; done; exit 1`,
    );
    // A query that lasts, and one that waits for it.
    await primary.exec(
      `(psql ${superuser}127.0.0.1/postgres -qc "begin; lock table orders; select pg_sleep(60)" >/dev/null 2>&1 &) ; sleep 1;` +
        `(psql ${superuser}127.0.0.1/postgres -qc "select * from orders" >/dev/null 2>&1 &)`,
    );
    return [await scraped(place, 'primary'), await scraped(place, 'replica')];
  },
};

async function scraped(place: Place, server: string): Promise<string> {
  const exporter = await place.start({
    alias: `exporter-${server}`,
    image: 'postgres-exporter',
    port: 9187,
    env: { DATA_SOURCE_NAME: `${superuser}${server}:5432/postgres?sslmode=disable` },
    args: collectors.map((collector) => `--collector.${collector}`),
  });
  return exporter.get('/metrics');
}

const settings =
  '-c listen_addresses=* -c hot_standby=on -c shared_preload_libraries=pg_stat_statements -c archive_mode=on -c archive_command=true -c max_connections=30';
const asPostgres = 'exec setpriv --reuid postgres --regid postgres --clear-groups postgres -D /tmp/data';
const allow = 'host all all 0.0.0.0/0 scram-sha-256\nhost replication all 0.0.0.0/0 scram-sha-256';

const primaryServer = `
set -e
mkdir /tmp/data && chown postgres /tmp/data && chmod 700 /tmp/data
printf secret > /tmp/password
setpriv --reuid postgres --regid postgres --clear-groups initdb -D /tmp/data -U postgres --pwfile /tmp/password --auth scram-sha-256 >/dev/null
printf '${allow}\\n' >> /tmp/data/pg_hba.conf
${asPostgres} ${settings}`;

const replicaServer = `
set -e
export PGPASSWORD=secret
for i in $(seq 50); do pg_basebackup -h primary -U postgres -D /tmp/data -R -X stream -C -S replica && break; sleep 0.5; done
chown -R postgres /tmp/data && chmod 700 /tmp/data
${asPostgres} ${settings}`;

const traffic = [
  'create extension pg_stat_statements',
  'create table orders (id serial primary key, what text)',
  "insert into orders (what) select 'x' from generate_series(1, 1000)",
  'create index on orders (what)',
  'update orders set what = id::text',
  'analyze orders',
  'select pg_switch_wal()',
].join('; ');
