// An http server; with a server's name as argument, a client that asks it once a second.
const http = require('node:http');
const [server] = process.argv.slice(2);
if (!server) http.createServer((_request, response) => response.end('answer')).listen(80);
else
  setInterval(() => {
    http.get(`http://${server}/`, response => response.resume());
  }, 1000);
