// An http server; with a server's name as argument, a client that says when each answer was there.
const http = require('node:http');
const [server] = process.argv.slice(2);
if (!server) {
  http
    .createServer((request, response) => {
      if (request.url === '/slow') return setTimeout(() => response.end('slow'), 250);
      if (request.url === '/big') return response.end(Buffer.alloc(1e6, 65));
      let bytes = 0;
      request.on('data', data => {
        bytes += data.length;
      });
      request.on('end', () => response.end(`got ${bytes}`));
    })
    .listen(80);
} else {
  const agent = new http.Agent({ keepAlive: true });
  const get = (path, options = {}) =>
    new Promise((resolve, reject) => {
      const started = performance.now();
      const request = http.request(`http://${server}${path}`, options, response => {
        const headers = performance.now() - started;
        let bytes = 0;
        response.on('data', data => {
          bytes += data.length;
        });
        response.on('end', () => {
          const ended = performance.now() - started;
          console.log(path, response.statusCode, bytes, headers.toFixed(3), ended.toFixed(3));
          resolve();
        });
      });
      request.on('error', reject);
      request.end(options.body);
    });
  (async () => {
    await get('/', { agent: false });
    await get('/', { agent });
    await get('/', { agent });
    await get('/slow', { agent });
    await get('/big', { agent });
    await get('/post', { agent, method: 'POST', body: Buffer.alloc(5000) });
    await get('/');
    await get(':81/').catch(error => console.log(error.code, performance.now().toFixed(3)));
    await new Promise(resolve => {
      http.get('http://nobody/').on('error', error => {
        console.log(error.code, performance.now().toFixed(3));
        resolve();
      });
    });
    agent.destroy();
  })();
}
