// Runs in the GraphiQL page before GraphiQL itself. It saves users from copying values between tabs:
//   1. Sends the access token of the last sign-up, sign-in or refresh with every request that has no authorization of its own.
//   2. Gives a variable left "" the value last seen in a response under its name. `clientMessageId` gets a new one each time. `after` gets
//      the positions of all streams, as far as they have been shown.
//   3. GraphiQL shows only the newest result of a subscription. The earlier ones are added under extensions.before, newest first.
//
// Everything is stored for this browser tab alone (sessionStorage): another tab can be another user.
(() => {
  const recall = (name) => JSON.parse(sessionStorage.getItem(`mpim:${name}`));
  const remember = (name, value) => sessionStorage.setItem(`mpim:${name}`, JSON.stringify(value));

  /** Returns "Bearer …" while the remembered token has not expired. */
  function authorization() {
    const token = recall('accessToken');
    if (!token) return null;
    const claims = JSON.parse(atob(token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/')));
    return claims.exp * 1000 > Date.now() ? `Bearer ${token}` : null;
  }

  /** Forgets the token, because one that the node refuses would prevent signing in again. */
  function forgetToken() {
    sessionStorage.removeItem('mpim:accessToken');
  }

  /** Remembers every string in a response under its field name, and the position reached in each stream. */
  function learn(value, name) {
    if (typeof value === 'string') {
      // Another user follows other streams.
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
