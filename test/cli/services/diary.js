// Writes a line into a file at each start, and says how many there are.
const { appendFileSync, readFileSync } = require('node:fs');

appendFileSync('diary.txt', 'started\n');
const starts = readFileSync('diary.txt', 'utf8').split('\n').length - 1;
console.log(JSON.stringify({ metric: 'starts', value: starts, unit: 'count' }));
console.log(`start ${starts} at ${new Date().toISOString()}`);
setInterval(() => console.log(`tick ${Date.now()}`), 1000);
