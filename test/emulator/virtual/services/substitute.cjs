// Stands for child_process.
exports.spawn = name => `spawned ${name}`;
