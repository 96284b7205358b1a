import type { IncomingMessage } from 'node:http';
import { type Context, makeServer, type Server } from 'graphql-ws';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
