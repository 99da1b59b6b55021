import { plural } from '@/locales/ar/plural';

export const account = {
  account: { signOut: 'تسجيل الخروج', theme: 'المظهر', system: 'حسب النظام', light: 'فاتح', dark: 'داكن', keyboard: 'اختصارات لوحة المفاتيح' },
  availability: {
    label: 'التوفّر',
    online: 'متصل',
    busy: 'مشغول',
    away: 'غائب',
    onlineText: 'تُسند إليك المحادثات.',
    busyText: 'أنت هنا ولا تُسند إليك محادثات.',
    awayText: 'لست هنا ولا تُسند إليك محادثات.',
    text: 'يراه زملاؤك، ولا تُسند المحادثات إلا لمن هو متصل. يبقى كما هو حتى تغيّره.',
    now: 'أنت الآن {{state}}.',
    nowSilent: 'تُعدّ غائبًا لأنه لم يُسمع منك شيء منذ فترة.',
    after: 'اعتباري غائبًا بعد',
    afterText: 'من دون حركة للمؤشر أو ضغطة مفتاح في أي من نوافذك. تعود مع أول حركة.',
    ...plural('minutes', 'دقيقة واحدة', 'دقيقتان', '{{count}} دقائق', '{{count}} دقيقة', '{{count}} دقيقة'),
    never: 'أبدًا',
    more: 'متى أُعدّ غائبًا…',
    saved: 'حُفظ.',
    failed: 'تعذّر الحفظ. {{detail}}',
  },
};
