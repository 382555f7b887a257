/** Shows a report that the page around it hands over. The frame has no origin: a report can reach nothing. */

addEventListener('message', ({ source, data }) => {
  if (source !== parent || typeof data !== 'string') return;
  const report = new DOMParser().parseFromString(data, 'text/html');
  for (const element of report.querySelectorAll('script, meta[http-equiv], #theme')) element.remove();
  document.title = report.title;
  document.head.replaceChildren(...report.head.children);
  document.body.replaceWith(document.adoptNode(report.body));
});
parent.postMessage('ready', '*');
