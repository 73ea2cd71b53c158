//! What a widget around a single other one passes on to it as it is.

/// Writes methods of `Widget` that hand on to the content in `field`, the widget's only child.
macro_rules! passed_on {
    ($field:ident: $($method:ident),+ $(,)?) => {
        $($crate::gui::widget::passed_on::passed_on!(@ $method $field);)+
    };
    (@ size $field:ident) => {
        fn size(&self) -> iced::Size<iced::Length> {
            self.$field.as_widget().size()
        }

        fn size_hint(&self) -> iced::Size<iced::Length> {
            self.$field.as_widget().size_hint()
        }
    };
    (@ layout $field:ident) => {
        fn layout(
            &mut self,
            tree: &mut iced::advanced::widget::Tree,
            renderer: &iced::Renderer,
            limits: &iced::advanced::layout::Limits,
        ) -> iced::advanced::layout::Node {
            self.$field.as_widget_mut().layout(&mut tree.children[0], renderer, limits)
        }
    };
    (@ operate $field:ident) => {
        fn operate(
            &mut self,
            tree: &mut iced::advanced::widget::Tree,
            layout: iced::advanced::Layout<'_>,
            renderer: &iced::Renderer,
            operation: &mut dyn iced::advanced::widget::Operation,
        ) {
            let content = self.$field.as_widget_mut();
            content.operate(&mut tree.children[0], layout, renderer, operation);
        }
    };
    (@ update $field:ident) => {
        fn update(
            &mut self,
            tree: &mut iced::advanced::widget::Tree,
            event: &iced::Event,
            layout: iced::advanced::Layout<'_>,
            cursor: iced::mouse::Cursor,
            renderer: &iced::Renderer,
            clipboard: &mut dyn iced::advanced::Clipboard,
            shell: &mut iced::advanced::Shell<'_, Message>,
            viewport: &iced::Rectangle,
        ) {
            let (content, tree) = (self.$field.as_widget_mut(), &mut tree.children[0]);
            content.update(tree, event, layout, cursor, renderer, clipboard, shell, viewport);
        }
    };
    (@ draw $field:ident) => {
        fn draw(
            &self,
            tree: &iced::advanced::widget::Tree,
            renderer: &mut iced::Renderer,
            theme: &iced::Theme,
            style: &iced::advanced::renderer::Style,
            layout: iced::advanced::Layout<'_>,
            cursor: iced::mouse::Cursor,
            viewport: &iced::Rectangle,
        ) {
            let content = self.$field.as_widget();
            content.draw(&tree.children[0], renderer, theme, style, layout, cursor, viewport);
        }
    };
    (@ mouse_interaction $field:ident) => {
        fn mouse_interaction(
            &self,
            tree: &iced::advanced::widget::Tree,
            layout: iced::advanced::Layout<'_>,
            cursor: iced::mouse::Cursor,
            viewport: &iced::Rectangle,
            renderer: &iced::Renderer,
        ) -> iced::mouse::Interaction {
            let content = self.$field.as_widget();
            content.mouse_interaction(&tree.children[0], layout, cursor, viewport, renderer)
        }
    };
    (@ overlay $field:ident) => {
        fn overlay<'b>(
            &'b mut self,
            tree: &'b mut iced::advanced::widget::Tree,
            layout: iced::advanced::Layout<'b>,
            renderer: &iced::Renderer,
            viewport: &iced::Rectangle,
            translation: iced::Vector,
        ) -> Option<
            iced::advanced::overlay::Element<'b, Message, iced::Theme, iced::Renderer>,
        > {
            let content = self.$field.as_widget_mut();
            content.overlay(&mut tree.children[0], layout, renderer, viewport, translation)
        }
    };
}

pub(super) use passed_on;
