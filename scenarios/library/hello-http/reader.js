// A reader that knows nothing of Petri: fetches a page each second, and prints how long that took as a line of JSON.
import { get } from 'node:http';

const [url] = process.argv.slice(2);

const say = (metric, value, unit) => console.log(JSON.stringify({ metric, value, unit }));

function read() {
  const begun = process.hrtime.bigint();
  get(url, response => {
    response.resume();
    response.on('end', () => say('page', Number(process.hrtime.bigint() - begun), 'ns'));
  }).on('error', () => say('failed', 1, 'count'));
}

setInterval(read, 1000);
