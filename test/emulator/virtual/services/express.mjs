// An express server and its client with axios.
import axios from 'axios';
import express from 'express';

const [server] = process.argv.slice(2);
if (!server) {
  const app = express();
  app.use(express.json());
  app.post('/x', (request, response) => response.json({ you: request.body, address: request.ip }));
  app.listen(8080, () => console.log('listening', import.meta.url));
} else {
  const answer = await axios.post(`http://${server}:8080/x`, { a: 1 });
  console.log(answer.status, JSON.stringify(answer.data), performance.now().toFixed(3));
}
