/** The peer of `fanout`: the published Socket.IO package as its page shows it, one room, nothing durable, nobody asked who he is. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';

const http = createServer();
const io = new Server(http, { transports: ['websocket'] });
io.on('connection', (socket) => {
  void socket.join('class');
  socket.on('message', (message: unknown) => io.to('class').emit('message', message));
});
http.listen(0, '127.0.0.1', () => process.send?.({ port: (http.address() as AddressInfo).port }));
process.on('disconnect', () => process.exit(0));
