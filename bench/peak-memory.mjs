// Loaded before a program by `--import`: says on its last line how much memory it held at most, as the system counted it.
process.on('exit', () => process.stderr.write(`\npeak ${process.resourceUsage().maxRSS}\n`));
