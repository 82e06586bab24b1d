// Measures opensearch-js: signing in memory, and requests to a server on loopback.
//
// Arguments: requests.json ORIGIN SECONDS OUT.json; `../run.sh` passes them.

'use strict';
const fs = require('fs');
const { Client } = require('@opensearch-project/opensearch');
const { AwsSigv4Signer } = require('@opensearch-project/opensearch/aws');

const SUBJECT = 'opensearch-js';
const REGION = 'us-east-1';
const BATCH = 8;

async function main(requests, origin, seconds, out) {
  const works = JSON.parse(fs.readFileSync(requests));
  const rows = works.filter((work) => work.is_signed).map((work) => sign(work, seconds));
  const sent = [];
  for (const work of works.filter((work) => work.is_sent)) {
    sent.push(...(await send(origin, work, seconds)));
  }
  fs.writeFileSync(out, JSON.stringify({ rows, end_to_end: sent }));
}

function credentials(work) {
  const keys = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' };
  return work.token ? { ...keys, sessionToken: work.token } : keys;
}

function sign(work, seconds) {
  const signer = AwsSigv4Signer({ region: REGION, service: 'es', getCredentials: async () => credentials(work) });
  const { hostname } = new URL(work.url);
  const prepare = () => ({
    hostname,
    method: work.method,
    path: work.path,
    headers: Object.fromEntries(work.headers),
    body: work.body,
  });
  // The first call sets the credentials of the signer.
  const auth = { credentials: credentials(work), region: REGION, service: 'es' };
  signer.buildSignedRequestObject({ ...prepare(), auth });
  const samples = [];
  const end = process.hrtime.bigint() + BigInt(Math.round(seconds * 1e9));
  do {
    const prepared = Array.from({ length: BATCH }, prepare);
    const start = process.hrtime.bigint();
    for (const request of prepared) signer.buildSignedRequestObject(request);
    samples.push(Number(process.hrtime.bigint() - start) / BATCH);
  } while (process.hrtime.bigint() < end);
  samples.sort((a, b) => a - b);
  return {
    work: work.name,
    subject: SUBJECT,
    min_ns: samples[0],
    median_ns: samples[samples.length >> 1],
    allocations: null,
  };
}

async function send(origin, work, seconds) {
  const client = new Client({
    ...AwsSigv4Signer({ region: REGION, service: 'es', getCredentials: async () => credentials(work) }),
    node: origin,
  });
  const reached = [];
  for (const inFlight of [1, 16, 64]) {
    // The first round opens connections. The best of the others counts, as in peers.rs.
    const rounds = [];
    for (let round = 0; round < 5; round++) rounds.push(await load(client, work, inFlight, seconds / 4));
    rounds.shift();
    const perSecond = Math.max(...rounds.map((it) => it[0]));
    const cpuMicros = Math.min(...rounds.map((it) => it[1]));
    reached.push({
      work: work.name,
      subject: SUBJECT,
      in_flight: inFlight,
      per_second: perSecond,
      cpu_micros: cpuMicros,
    });
  }
  await client.close();
  return reached;
}

async function load(client, work, inFlight, seconds) {
  const [start, cpu] = [performance.now(), process.cpuUsage()];
  let count = 0;
  const request = { method: work.method, path: work.path };
  if (work.body) request[work.path.endsWith('_bulk') ? 'bulkBody' : 'body'] = work.body;
  const oneAfterAnother = async () => {
    do {
      await client.transport.request({ ...request });
      count += 1;
    } while (performance.now() - start < seconds * 1000);
  };
  await Promise.all(Array.from({ length: inFlight }, oneAfterAnother));
  const took = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return [count / took, (user + system) / count];
}

const [requests, origin, seconds, out] = process.argv.slice(2);
main(requests, origin, Number(seconds), out).catch((error) => {
  console.error(error);
  process.exit(1);
});
