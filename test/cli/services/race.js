// A service with a race: the receiver takes it for granted that what was sent first arrives first.
const { createSocket } = require('node:dgram');

const [role, receiver] = process.argv.slice(2);
const socket = createSocket('udp4');

if (role === 'receiver') {
  let prepared = false;
  socket.on('message', message => {
    if (String(message) === 'prepare') prepared = true;
    else if (!prepared) throw new Error('commit before prepare');
    else console.log(JSON.stringify({ metric: 'committed', value: 1 }));
  });
  socket.bind(4000);
} else {
  const after = role === 'prepare' ? 1000 : 1030;
  setTimeout(() => socket.send(role, 4000, receiver), after);
}
