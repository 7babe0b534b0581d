import { Body, Container, Head, Heading, Html, Preview } from '@react-email/components';
import type { ReactElement, ReactNode } from 'react';
import { Name } from './name';
import { FONT, LIGHT, STYLE_SHEET } from './theme';

/** What every mail has around its content: both colour schemes, the line that mail programs show beside the subject, the heading. */
export function MailFrame(props: { title: string; preview: string; children: ReactNode }): ReactElement {
  const { title, preview, children } = props;
  return (
    <Html lang="en">
      <Head>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="supported-color-schemes" content="light dark" />
        <title>{title}</title>
        <style dangerouslySetInnerHTML={{ __html: STYLE_SHEET }} />
      </Head>
      <Body className="m" style={{ backgroundColor: LIGHT.page, fontFamily: FONT }}>
        <Preview>{preview}</Preview>
        <Container className="m" style={{ maxWidth: '680px', backgroundColor: LIGHT.page, color: LIGHT.ink }}>
          <div style={{ padding: '16px', fontSize: '15px', lineHeight: '1.5' }}>
            <Heading as="h1">
              <Name>{title}</Name>
            </Heading>
            {children}
          </div>
        </Container>
      </Body>
    </Html>
  );
}
