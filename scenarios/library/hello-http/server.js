// A web server that knows nothing of Petri: one page of 20 KB. It prints a line of JSON for each request.
import { createServer } from 'node:http';

const [port] = process.argv.slice(2);
const page = 'hello, planet\n'.repeat(1463);

createServer((_request, response) => {
  console.log(JSON.stringify({ metric: 'requests', value: 1 }));
  response.end(page);
}).listen(Number(port));
