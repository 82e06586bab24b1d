// Loads documents with the bulk helper of opensearch-js, and prints its CPU time.
//
// Arguments: documents.ndjson ORIGIN COUNT; `../run.sh` passes them.

'use strict';
const fs = require('fs');
const { Client } = require('@opensearch-project/opensearch');

async function main(path, origin, count) {
  const documents = fs.readFileSync(path, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line));
  const client = new Client({ node: origin });
  const datasource = Array.from({ length: count }, (_, at) => documents[at % documents.length]);
  const cpu = process.cpuUsage();
  const stats = await client.helpers.bulk({
    datasource,
    flushBytes: 5 * 1024 * 1024,
    onDocument: () => ({ index: { _index: 'logs' } }),
  });
  const { user, system } = process.cpuUsage(cpu);
  if (stats.successful !== count) throw new Error(`${stats.successful} of ${count}`);
  console.log(JSON.stringify({ subject: 'opensearch-js', documents: count, cpu_s: (user + system) / 1e6 }));
  await client.close();
}

const [path, origin, count] = process.argv.slice(2);
main(path, origin, Number(count)).catch((error) => {
  console.error(error);
  process.exit(1);
});
