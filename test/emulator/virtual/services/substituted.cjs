// Asks for a child process.
console.log(require('node:child_process').spawn('ls'));
