// Runs in the GraphiQL page before GraphiQL does. It spares people copying between tabs:
//   1. The access token of the last sign-up, sign-in or refresh goes with everything that has no authorization of its own.
//   2. A variable left "" takes the value last seen in a response under its name; clientMessageId a new one each time; `after` the
//      positions of all streams as far as they have been shown.
//   3. GraphiQL shows the newest result of a subscription only: those before it stand under extensions.before, newest first.
// All of it lives in this browser tab (sessionStorage): another tab can be another person.
(() => {
  const recall = (name) => JSON.parse(sessionStorage.getItem(`mpim:${name}`));
  const remember = (name, value) => sessionStorage.setItem(`mpim:${name}`, JSON.stringify(value));

  /** "Bearer …" while the remembered token has not expired. */
  function authorization() {
    const token = recall('accessToken');
    if (!token) return null;
    const claims = JSON.parse(atob(token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/')));
    return claims.exp * 1000 > Date.now() ? `Bearer ${token}` : null;
  }

  /** What the node does not take any more would only stand in the way of signing in anew. */
  function forgetToken() {
    sessionStorage.removeItem('mpim:accessToken');
  }

  /** Remembers every text in a response under the name it has there, and how far each stream has been shown. */
  function learn(value, name) {
    if (typeof value === 'string') {
      // Somebody else follows other streams.
      if (name === 'accessToken') remember('after', {});
      remember(name, value);
    } else if (value && typeof value === 'object') {
      const { streamId, seq } = value;
      const known = recall('after') ?? {};
      if (streamId && seq >= (known[streamId]?.seq ?? 0)) remember('after', { ...known, [streamId]: { streamId, seq } });
      for (const [key, part] of Object.entries(value)) learn(part, key);
    }
  }

  function wanted(name) {
    if (name === 'clientMessageId') return crypto.randomUUID();
    if (name === 'after') return Object.values(recall('after') ?? {});
    return recall(name) ?? '';
  }

  function fill(variables) {
    return Object.fromEntries(Object.entries(variables ?? {}).map(([name, value]) => [name, value === '' ? wanted(name) : value]));
  }

  const send = window.fetch;
  window.fetch = async (address, options = {}) => {
    if (typeof options.body !== 'string') return send(address, options);
    const request = JSON.parse(options.body);
    const headers = new Headers(options.headers);
    const token = authorization();
    if (token && !headers.has('authorization')) headers.set('authorization', token);
    const body = JSON.stringify({ ...request, variables: fill(request.variables) });
    const response = await send(address, { ...options, headers, body });
    const { data, errors } = await response.clone().json();
    if (errors?.some(({ extensions }) => extensions?.code === 'UNAUTHENTICATED')) forgetToken();
    if (!request.query.includes('__schema')) learn(data);
    return response;
  };

  const write = WebSocket.prototype.send;
  WebSocket.prototype.send = function (text) {
    const message = JSON.parse(text);
    if (message.type === 'connection_init') {
      const token = authorization();
      if (token) message.payload = { authorization: token, ...message.payload };
      this.addEventListener('close', ({ code }) => {
        if (code === 4401 || code === 4403) forgetToken();
      });
      const deliver = this.onmessage;
      const before = [];
      this.onmessage = ({ data }) => {
        const { payload, ...rest } = JSON.parse(data);
        if (rest.type !== 'next') return deliver({ data });
        learn(payload.data);
        deliver({ data: JSON.stringify({ ...rest, payload: { ...payload, extensions: { before } } }) });
        before.unshift(payload.data);
        before.splice(50);
      };
    }
    if (message.type === 'subscribe') message.payload.variables = fill(message.payload.variables);
    write.call(this, JSON.stringify(message));
  };
})();
