// The SDK prints a notice about future Node versions on every start; it is noise in a test run.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
