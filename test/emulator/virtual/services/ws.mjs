// A WebSocket server (package ws) and its client.
import WebSocket, { WebSocketServer } from 'ws';

const [server] = process.argv.slice(2);
if (!server)
  new WebSocketServer({ port: 9000 }).on('connection', socket =>
    socket.on('message', message => socket.send(`echo ${message}`)),
  );
else {
  const socket = new WebSocket(`ws://${server}:9000`);
  socket.on('open', () => {
    console.log('open', performance.now().toFixed(3));
    socket.send('hello');
  });
  socket.on('message', message => {
    console.log(String(message), performance.now().toFixed(3));
    socket.close();
  });
  socket.on('close', () => console.log('close', performance.now().toFixed(3)));
}
