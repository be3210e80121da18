// BullMQ over a Redis of its own: jobs of four rows that do nothing.
// Arguments: a free port, a directory for Redis, seconds. Prints one JSON object.
'use strict';
const { spawn } = require('node:child_process');
const { Queue, Worker } = require('bullmq');

const [port, directory, seconds] = [Number(process.argv[2]), process.argv[3], Number(process.argv[4])];
const connection = { host: '127.0.0.1', port, maxRetriesPerRequest: null };
const rows = Array.from({ length: 4 }, () => Array.from({ length: 64 }, (_, i) => i % 17));
const IN_FLIGHT = 256;

const redis = spawn('redis-server',
  ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', directory],
  { stdio: 'ignore' });
process.on('exit', () => redis.kill('SIGKILL'));
process.stdin.resume().on('end', () => process.exit(137));

const now = () => Number(process.hrtime.bigint()) / 1e9;

// Submits for some time, so many at once.
async function submit(queue, until, room) {
  const one = async () => { while (now() < until()) { await room(); await queue.add('rows', { rows }, { removeOnComplete: true }); count++; } };
  let count = 0;
  await Promise.all(Array.from({ length: 64 }, one));
  return count;
}

async function main() {
  const alone = new Queue('alone', { connection });
  await alone.waitUntilReady();
  let begun = now();
  const submitted = await submit(alone, () => begun + seconds / 2, async () => {});
  const submittedPerSecond = submitted / (now() - begun);

  const queue = new Queue('jobs', { connection });
  let done = 0, sent = 0;
  const waiting = [];
  const worker = new Worker('jobs', async (job) => job.data.rows.length, { connection, concurrency: 64 });
  worker.on('completed', () => { done++; const next = waiting.shift(); if (next) next(); });
  await worker.waitUntilReady();
  begun = now();
  let warmAt = null, warmDone = 0;
  const watch = setInterval(() => {
    if (warmAt === null && now() - begun > 0.4 * seconds) { warmAt = now(); warmDone = done; }
  }, 10);
  await submit(queue, () => begun + seconds, async () => {
    if (sent - done >= IN_FLIGHT) { await new Promise((next) => waiting.push(next)); }
    sent++;
  });
  const jobsPerSecond = (done - warmDone) / (now() - warmAt);
  clearInterval(watch);
  console.log(JSON.stringify({ jobsPerSecond, submittedPerSecond }));
  process.exit(0);
}

main().catch((e) => { console.log(String(e)); process.exit(1); });
