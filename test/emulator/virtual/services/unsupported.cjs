// Uses, one after the other, what a host in virtual time does not have.
const uses = {
  spawn: () => require('node:child_process').spawn('ls'),
  worker: () => new (require('node:worker_threads').Worker)('x.js'),
  fork: () => require('node:cluster').fork(),
  addOn: () => require('./missing.node'),
  dlopen: () => process.dlopen({}, 'x.node'),
  binding: () => process.binding('fs'),
  watch: () => require('node:fs').watch('/tmp'),
  pipe: () => require('node:net').connect('/tmp/socket'),
  inspector: () => require('node:inspector').open(),
  repl: () => require('node:repl').start(),
  context: () => require('node:vm').runInNewContext('Date.now()'),
  broadcast: () => new BroadcastChannel('x'),
  atomics: () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10),
};
for (const [name, use] of Object.entries(uses)) {
  try {
    use();
    console.log(name, 'did not throw');
  } catch (error) {
    console.log(name, error.code, error.message);
  }
}
const computed = ['not', 'bundled'].join('-');
try {
  require(computed);
} catch (error) {
  console.log('computed', error.code);
}
