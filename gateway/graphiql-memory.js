// Runs in the GraphiQL page before GraphiQL does. It spares people copying between tabs, in two ways:
//   1. The access token of the last sign-up, sign-in or refresh goes with every request that has no Authorization header of its own.
//   2. A variable left "" takes the value last seen in a response under its name (clientMessageId: a new one each time).
// All of it lives in this browser tab (sessionStorage): another tab can be another person.
(() => {
  const recall = (name) => sessionStorage.getItem(`mpim:${name}`);
  const remember = (name, value) => sessionStorage.setItem(`mpim:${name}`, value);

  /** "Bearer …" while the remembered token has not expired. */
  function authorization() {
    const token = recall('accessToken');
    if (!token) return null;
    const claims = JSON.parse(atob(token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/')));
    return claims.exp * 1000 > Date.now() ? `Bearer ${token}` : null;
  }

  /** Remembers every text in a response under the name it has there. */
  function learn(value, name) {
    if (typeof value === 'string' && name) remember(name, value);
    else if (value && typeof value === 'object') for (const [key, part] of Object.entries(value)) learn(part, key);
  }

  function fill(variables) {
    const filled = Object.entries(variables ?? {}).map(([name, value]) => {
      if (value !== '') return [name, value];
      return [name, name === 'clientMessageId' ? crypto.randomUUID() : (recall(name) ?? value)];
    });
    return Object.fromEntries(filled);
  }

  const send = window.fetch;
  window.fetch = async (address, options = {}) => {
    if (typeof options.body !== 'string') return send(address, options);
    const request = JSON.parse(options.body);
    const headers = new Headers(options.headers);
    const token = authorization();
    if (token && !headers.has('authorization')) headers.set('authorization', token);
    const response = await send(address, { ...options, headers, body: JSON.stringify({ ...request, variables: fill(request.variables) }) });
    response
      .clone()
      .json()
      .then(({ data, errors }) => {
        if (errors?.some(({ extensions }) => extensions?.code === 'UNAUTHENTICATED')) sessionStorage.removeItem('mpim:accessToken');
        if (!request.query.includes('__schema')) learn(data);
      })
      .catch(() => {});
    return response;
  };

  const write = WebSocket.prototype.send;
  WebSocket.prototype.send = function (text) {
    const message = JSON.parse(text);
    const token = authorization();
    if (message.type === 'connection_init' && token) message.payload = { authorization: token, ...message.payload };
    if (message.type === 'subscribe') message.payload.variables = fill(message.payload.variables);
    write.call(this, JSON.stringify(message));
  };
})();
