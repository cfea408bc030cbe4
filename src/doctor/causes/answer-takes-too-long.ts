import { notChecked } from '../case.ts';
import { defineCause } from '../cause.ts';

export const answerTakesTooLong = defineCause({
  name: 'answer-takes-too-long',
  title: 'the answer takes longer than the time-out',
  explains: { timeout: 60 },
  look: ({ question: { service } }) => {
    const { timeout, retries } = service.traffic;
    const limits = [
      timeout && `${timeout} for a request`,
      retries?.perTryTimeout && `${retries.perTryTimeout} for a try`,
    ];
    const said = limits.filter(Boolean).join(', ');
    return notChecked(
      `how long answers take is not known here; the spec allows ${said === '' ? 'any time' : said}`,
      `Look at the duration in the access log of the workload; \`traffic.timeout\` of ${service.name} is the limit.`,
    );
  },
});
