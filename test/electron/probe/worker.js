console.log('hello from the worker');
process.parentPort.on('message', ({ data }) => {
  if (data.ask === 'end') process.exit(7);
  if (data.ask === 'crash') throw new Error('planned');
  if (data.ask === 'spin') for (;;);
  const { argv, env, type } = process;
  process.parentPort.postMessage({ ...data, args: argv.slice(2), env: env.PROBE_CHILD, type });
});
